import FoundationEssentials
import Ledger
import Reconciler

/// This run records nothing more: another miniboss is at work, and what is to be recorded was left for it; or the ledger is gone.
struct LeftAside: Error {
    /// What cut the command off, where it was no interruption; the user is to be told.
    var cause: OperationError?
}

/// A command in a container may be a shell that is open all day. While it runs, its run lets go of the group's lock, so that
/// the group can be stopped and reloaded meanwhile; a mark shows that the run lives.
extension GroupRun {
    func stepAside() throws(OperationError) {
        let holder = LockHolder(pid: setting.host.pid, command: setting.command, startedAt: clock.now())
        do throws(LedgerError) { mark = try setting.marks.mark(journal.run, holder: holder) } catch {
            throw OperationError(ledger: error)
        }
        journal.close()
    }

    /// Takes the lock again, once whoever has it now is done or two seconds have passed.
    /// - Parameters:
    ///   - exitCode: the command's; `nil` when it was cut off.
    ///   - seconds: how long the command ran.
    ///   - error: what cut it off.
    /// - Throws: `LeftAside` when another miniboss is still at work; `OperationError` when the ledger can't be opened any more.
    func stepBack(exitCode: Int?, seconds: Double, after error: (any Error)? = nil) async throws {
        // A task of its own: the one that calls may be cancelled, and this is what it still has to do.
        try await Task { try await self.takeLockAgain(exitCode: exitCode, seconds: seconds, after: error) }.value
    }

    private func takeLockAgain(exitCode: Int?, seconds: Double, after error: (any Error)?) async throws {
        let cause = error.flatMap { OperationError(ending: $0, command: setting.command) }
        let told = cause.map { journal.redaction($0.message) as String }
        let words = LastWords(exitCode: exitCode, signal: interruption.signal, error: told, seconds: seconds, moment: clock.moment)
        func leave() {
            do { try mark?.leave(Array(JSONEncoder().encode(words))) } catch {
                journal.remark(nil, "how this ended can't be written down, history will call it crashed: \(error)")
            }
        }
        let start = clock.monotonic()
        while true {
            do {
                try journal.reopen(try setting.host.openLedger(setting))
                if journal.state.openRuns.contains(journal.run) { return }
                // Another ledger is in its place by now, which knows nothing of this run.
                mark?.remove()
                throw LeftAside(cause: cause)
            } catch {
                guard let error = error as? OperationError else { throw error }
                guard error.code == .busy else {
                    leave()
                    throw error
                }
            }
            guard clock.seconds(since: start) < 2 else {
                leave()
                throw LeftAside(cause: cause)
            }
            try await clock.sleep(0.02)
        }
    }

    /// Runs a command while others may work on the group.
    func aside(_ command: () async throws -> Int) async throws -> Int {
        try stepAside()
        let start = clock.monotonic()
        let code: Int
        do { code = try await command() } catch {
            try await stepBack(exitCode: nil, seconds: clock.seconds(since: start), after: error)
            throw error
        }
        try await stepBack(exitCode: code, seconds: clock.seconds(since: start))
        return code
    }
}
