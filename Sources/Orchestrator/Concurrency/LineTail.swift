import Synchronization

/// The last lines of a long output.
final class LineTail: Sendable {
    private let limit: Int
    private let kept = Mutex<[String]>([])

    init(limit: Int) { self.limit = limit }

    func add(_ line: String) {
        kept.withLock { lines in
            lines.append(line)
            if lines.count > limit { lines.removeFirst(lines.count - limit) }
        }
    }

    var lines: [String] { kept.withLock { $0 } }
}
