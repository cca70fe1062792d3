import FoundationEssentials
import Ledger
import Reconciler

/// How a command in a container ended, left by its run for the next miniboss to record: another was at work at that moment.
struct LastWords: Sendable, Codable {
    /// The command's own exit code; `nil` when it was cut off.
    var exitCode: Int?
    /// The signal that cut it off.
    var signal: String?
    /// What else cut it off.
    var error: String?
    /// How long the command ran.
    var seconds: Double
    var moment: Moment
}

/// Records what runs left that found another miniboss at work when their command had ended.
/// - Returns: the runs that live and only let go of the lock.
@discardableResult
func settleLastWords(_ journal: Journal, _ setting: RunSetting) async throws(OperationError) -> Set<Int> {
    let marks = setting.marks
    var living: Set<Int> = []
    for run in journal.state.openRuns.sorted() where run != journal.run {
        if marks.isMarked(run) {
            living.insert(run)
            continue
        }
        if let bytes = marks.lastWords(of: run), let words = try? JSONDecoder().decode(LastWords.self, from: Data(bytes)) {
            try await journal.record(words.entries(of: run, journal.state))
        }
        marks.removeMark(of: run)
    }
    return living
}

extension LastWords {
    /// What the run would have recorded itself, had the ledger been free.
    fileprivate func entries(of run: Int, _ state: GroupState) -> [JournalEntry] {
        let steps = state.openIntents.values.filter { $0.run == run }.map { open in
            let outcome: Event =
                if let exitCode {
                    .stepSucceeded(
                        StepSucceeded(step: open.intent.step, target: open.intent.target, result: "exit \(exitCode)", seconds: seconds))
                } else {
                    .stepUnknown(
                        StepUnknown(
                            step: open.intent.step, target: open.intent.target, error: "the command was cut off", resolved: "unknown"))
                }
            return JournalEntry(open.service, outcome, operation: open.operation, run: run)
        }
        let end = exitCode.map { WorkEnd(commandCode: $0) }
        let outcome: RunOutcome = end.map { $0.hasFailed ? .failed : .succeeded } ?? (error == nil ? .interrupted : .failed)
        let finished = RunFinished(outcome: outcome, error: end?.error ?? error, signal: signal)
        return (steps + [JournalEntry(nil, .runFinished(finished), run: run)]).map { entry in
            var entry = entry
            entry.moment = moment
            return entry
        }
    }
}
