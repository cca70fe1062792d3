import Orchestrator
import Reconciler

extension GroupRecords {
    /// What a post-mortem of a run reads of the runs before it.
    func evidence(for facts: [RecordedFact]) throws -> [RecordedFact] {
        guard let run = facts.first?.run else { return [] }
        let failed = Set(
            facts.compactMap { fact -> String? in
                guard case .stateChanged(let change) = fact.event, change.trigger == .failed || change.trigger == .interrupted else {
                    return nil
                }
                return fact.service
            })
        guard !failed.isEmpty else { return [] }
        var earlier = try self.facts(run: nil, service: nil, types: [RunStarted.type])
        for service in failed {
            earlier += try self.facts(run: nil, service: service, types: [StepIntended.type, StateChanged.type])
        }
        return earlier.filter { $0.run < run }.sorted { $0.seq < $1.seq }
    }

    /// The newest run that did not succeed; one that was killed and that nobody has settled yet is among them.
    func newestFailure() throws -> Int? {
        if let newest = try summaries(limit: 1, service: nil).first, newest.outcome == .crashed { return newest.run }
        return try newestFailedRun()
    }

    /// What is to be known of the context at the end of a run: every write before it, and the beginnings of the runs that wrote.
    func contextEvidence(before run: Int) throws -> [RecordedFact] {
        try facts(run: nil, service: nil, types: [RunStarted.type, ContextWritten.type, ContextCleared.type]).filter { $0.run < run }
    }

    /// The runs asked for, newest first.
    func summaries(limit: Int, service: String?) throws -> [RunSummary] {
        let atWork = isAtWork
        let newest = try newestRuns(limit: 1).first
        var runs: [Int]
        if let service {
            runs = Set(try facts(run: nil, service: service, types: nil).map(\.run)).sorted(by: >)
            runs = Array(runs.prefix(limit))
        } else {
            runs = try newestRuns(limit: limit)
        }
        return try runs.compactMap { run in
            RunSummary(try facts(run: run, service: nil, types: RunSummary.eventTypes), isAtWork: atWork && run == newest)
        }
    }
}

extension RunSummary {
    /// All that a summary is folded from; the rest of a run may stay unread.
    static let eventTypes = [
        RunStarted.type, RunFinished.type, StateChanged.type, StepIntended.type, HookStarted.type, StepSucceeded.type, StepFailed.type,
        HookFinished.type,
    ]
}
