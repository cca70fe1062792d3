import Orchestrator
import Reconciler

/// Shows a run while it goes on; always on standard error.
protocol ProgressDisplay: RunObserver {
    /// The user has interrupted the run, which settles what is under way.
    func interrupted()
    /// The run is over: leave the screen as it is to stay. Called once.
    func finish()
}

extension ProgressDisplay {
    func interrupted() {}
}

/// Shows nothing.
struct QuietProgress: ProgressDisplay {
    func recorded(_ fact: RecordedFact) {}
    func remark(service: String?, _ text: String) {}
    func finish() {}
}

/// The events themselves, one JSON object a line, in the shape of `history RUN --json`.
struct JSONProgress: ProgressDisplay {
    let stream: TextStream

    func recorded(_ fact: RecordedFact) { stream.attempt(JSON(fact).text + "\n") }
    func remark(service: String?, _ text: String) {}
    func finish() {}
}

extension ProgressMode {
    func display(on stream: TextStream, paint: Paint, term: String?) -> any ProgressDisplay {
        switch resolved(isTerminal: stream.isTerminal, term: term) {
        case .tty, .auto: LiveProgress(stream: stream, paint: paint)
        case .plain: PlainProgress(stream: stream)
        case .json: JSONProgress(stream: stream)
        case .quiet: QuietProgress()
        }
    }
}
