import Reconciler
import Synchronization

/// One plain line an event.
final class PlainProgress: ProgressDisplay {
    private let stream: TextStream
    private let story = Mutex(PlainStory())

    init(stream: TextStream) { self.stream = stream }

    func recorded(_ fact: RecordedFact) {
        // Written under the lock: lines of services that start side by side must not overtake each other.
        story.withLock { story in
            guard let line = story.line(fact) else { return }
            stream.attempt((stream.width.map { DisplayWidth.cut(line, to: $0) } ?? line) + "\n")
        }
    }

    /// Of services only what lasts is told; what concerns the whole run is said.
    func remark(service: String?, _ text: String) {
        if service == nil { stream.attempt("\(text)\n") }
    }

    func interrupted() { stream.attempt("interrupted, settling what is under way; once more leaves at once\n") }

    func finish() {}
}
