import Orchestrator
import Reconciler

extension GroupRecords {
    /// What a post-mortem of a run reads of the runs before it: how each service that failed ran for the last time, and what its
    /// container was made from, where this run only started it again.
    func evidence(for facts: [RecordedFact]) throws -> [RecordedFact] {
        guard let start = facts.runStart?.fact else { return [] }
        var failed: Set<String> = []
        var containers: [String: String] = [:]
        for fact in facts {
            guard case .stateChanged(let change) = fact.event, let service = fact.service else { continue }
            containers[service] = change.containerID ?? containers[service]
            if change.trigger == .failed || change.trigger == .interrupted { failed.insert(service) }
        }
        let renewed = SpecSummary.newest(in: facts)
        var earlier: [Int: RecordedFact] = [:]
        for service in failed.sorted() {
            var found = try lastTimeRunning(service, before: start.seq)
            if renewed[service] == nil, let container = containers[service] {
                found += try making(of: container, service, before: start.seq)
            }
            for fact in found { earlier[fact.seq] = fact }
        }
        return earlier.values.sorted { $0.seq < $1.seq }
    }

    /// What a report compares a run with: the newest runs of the same command that worked, as far as `RunBaseline` reads them.
    func comparableRuns(to facts: [RecordedFact]) throws -> [RecordedFact] {
        guard let (start, body) = facts.runStart else { return [] }
        var found: [RecordedFact] = []
        var count = 0
        // A start that finds all running is soon read and says nothing, and of these there may be many in a row.
        for run in try runsThatWorked(body.command, before: start.run, limit: 60) {
            let earlier = try self.facts(run: run, service: nil, types: RunBaseline.eventTypes)
            guard RunBaseline.isComparable(earlier, to: facts) else { continue }
            found += earlier
            count += 1
            // Of a group of thousands a few runs are enough: nobody waits for the ninth.
            if count == RunBaseline.runLimit || found.count > 40_000 { break }
        }
        return found
    }

    /// What each service that was to get a container in a run was made from when it last ran; the beginnings of runs are left out.
    func specEvidence(for facts: [RecordedFact]) throws -> [RecordedFact] {
        guard let start = facts.runStart?.fact else { return [] }
        return try SpecSummary.wanted(in: facts).keys.sorted().flatMap {
            try lastTimeRunning($0, before: start.seq, startsAreKnown: true)
        }
    }

    /// The newest run that did not succeed; one that was killed and that nobody has settled yet is among them.
    func newestFailure() throws -> Int? {
        if let newest = try summaries(limit: 1, service: nil).first, [.crashed, .interrupted].contains(newest.outcome),
            !["exec", "run"].contains(newest.command)
        {
            return newest.run
        }
        return try newestFailedRun()
    }

    /// What is to be known of the context at the end of a run: every write before it, and the beginnings of the runs that wrote.
    func contextEvidence(before run: Int) throws -> [RecordedFact] {
        try facts(run: nil, service: nil, types: [RunStarted.type, ContextWritten.type, ContextCleared.type]).filter { $0.run < run }
    }

    /// The runs asked for, newest first.
    /// - Parameters:
    ///   - limit: how many at most; `nil` for all.
    ///   - moment: only those that began then or later; as `runs(since:)` takes it.
    func summaries(limit: Int?, service: String?, since moment: String? = nil) throws -> [RunSummary] {
        let atWork = try runsAtWork()
        let count = moment == nil ? limit ?? .max : .max
        var runs = try service.map { try newestRuns(of: $0, limit: count) } ?? newestRuns(limit: count)
        if let moment {
            let recent = Set(try self.runs(since: moment))
            runs.removeAll { !recent.contains($0) }
            if let limit { runs = Array(runs.prefix(limit)) }
        }
        return try runs.compactMap { run in
            RunSummary(try facts(run: run, service: nil, types: RunSummary.eventTypes), isAtWork: atWork.contains(run))
        }
    }
}

extension RunSummary {
    /// All that a summary is folded from; the rest of a run may stay unread.
    static let eventTypes = [
        RunStarted.type, RunInterrupted.type, RunFinished.type, StateChanged.type, StepIntended.type, StepSucceeded.type, StepFailed.type,
        HookStarted.type, HookFinished.type,
    ]
}
