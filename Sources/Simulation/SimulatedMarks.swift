import Ledger
import Orchestrator

/// The marks of runs that let go of the lock, in memory: they end with their process, what a run left does not.
// Unchecked: the process has one thread (see `Scheduler`).
final class SimulatedMarks: RunMarks, @unchecked Sendable {
    private var marked: Set<Int> = []
    private var left: [Int: [UInt8]] = [:]

    init() {}

    init(copying other: SimulatedMarks) {
        marked = other.marked
        left = other.left
    }

    func mark(_ run: Int, holder: LockHolder) throws(LedgerError) -> any MarkedRun {
        marked.insert(run)
        return Mark(marks: self, run: run)
    }

    func isMarked(_ run: Int) -> Bool { marked.contains(run) }
    func lastWords(of run: Int) -> [UInt8]? { left[run] }

    func removeMark(of run: Int) {
        marked.remove(run)
        left[run] = nil
    }

    var picture: String { "\(marked.sorted()) \(left.sorted { $0.key < $1.key })" }

    func processEnded() { marked = [] }

    func lose() {
        marked = []
        left = [:]
    }

    private struct Mark: MarkedRun {
        let marks: SimulatedMarks
        let run: Int

        func leave(_ text: [UInt8]) throws(LedgerError) { marks.left[run] = text }
        func remove() { marks.removeMark(of: run) }
    }
}
