import Orchestrator
import Reconciler

extension GroupRecords {
    /// - Throws: `OperationError` when there is no such run.
    func factsOfRun(_ run: Int) throws -> [RecordedFact] {
        let facts = try facts(run: run, service: nil, types: nil)
        guard facts.isEmpty else { return facts }
        let newest = try newestRuns(limit: 1).first
        throw OperationError(
            .usage, "there is no run \(run)",
            next: newest.map { "The newest is \($0); `miniboss history` lists them." } ?? "Nothing has been run yet.")
    }
}

extension GroupTarget {
    /// - Throws: `OperationError` with `.usage` when there is no ledger, so that there can't be the run that was asked for.
    func recordsWithRuns(_ session: Session, asked run: Int) throws -> GroupRecords {
        guard let records = try records(session) else {
            throw OperationError(.usage, "there is no run \(run)", next: "Group \"\(name)\" has no runs yet.")
        }
        return records
    }
}
