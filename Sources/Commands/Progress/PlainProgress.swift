import Reconciler
import Synchronization

/// One plain line an event.
final class PlainProgress: ProgressDisplay {
    private struct State {
        var story = PlainStory()
        /// On the clock of the facts, which stands still while the machine sleeps.
        var start: SuspendingClock.Instant?
    }

    private let stream: TextStream
    private let state = Mutex(State())

    init(stream: TextStream) { self.stream = stream }

    func recorded(_ fact: RecordedFact) {
        // Written under the lock: lines of services that start side by side must not overtake each other.
        state.withLock { state in
            if case .runStarted = fact.event { state.start = .now }
            if let line = state.story.line(fact) { tell(line) }
        }
    }

    /// What concerns the whole run is said; of a service only now and then, since what lasts is an event.
    func remark(service: String?, _ text: String) {
        guard let service else { return stream.attempt("\(text)\n") }
        state.withLock { state in
            let seconds = state.start.map { (SuspendingClock.now - $0) / .seconds(1) } ?? 0
            if let line = state.story.remark(of: service, text, at: seconds) { tell(line) }
        }
    }

    func interrupted() { stream.attempt("interrupted, settling what is under way; once more leaves at once\n") }

    func finish() {}

    private func tell(_ line: String) {
        stream.attempt((stream.width.map { DisplayWidth.cut(line, to: $0) } ?? line) + "\n")
    }
}
