package import Ledger

/// Which runs live although they let go of the group's lock, and what those left that ended while another was at work.
package protocol RunMarks: Sendable {
    /// Shows that a run lives, until the mark is removed or the process ends.
    func mark(_ run: Int, holder: LockHolder) throws(LedgerError) -> any MarkedRun
    /// For the holder of the group's lock.
    func isMarked(_ run: Int) -> Bool
    /// What a run left to be recorded; `nil` when it left nothing.
    func lastWords(of run: Int) -> [UInt8]?
    func removeMark(of run: Int)
}

/// A run that let go of the lock, as it sees itself.
package protocol MarkedRun: Sendable {
    /// Leaves a text for whoever records the end of this run.
    func leave(_ text: [UInt8]) throws(LedgerError)
    /// The run needs to be shown no more.
    func remove()
}

extension RunMark: MarkedRun {}

extension LedgerLocation: RunMarks {
    package func mark(_ run: Int, holder: LockHolder) throws(LedgerError) -> any MarkedRun {
        try RunMark(self, run: run, holder: holder)
    }
}
