import Ledger
import Reconciler
import Testing

@testable import Commands
@testable import Orchestrator

@Suite("B50, B53: what history and postmortem read of a long ledger")
struct LookupTests {
    /// All there is of the runs before, as a post-mortem could read it.
    private func everything(_ facts: [RecordedFact], before run: Int) -> [RecordedFact] {
        facts.filter { $0.run < run }
    }

    /// A random story in a ledger of its own, which lives as long as the memory.
    private func recorded(_ seed: UInt64) throws -> (Memory, [RecordedFact], GroupRecords) {
        let memory = Memory()
        let facts = Story.random(seed: seed, runs: 9).facts
        try memory.record(facts)
        return (memory, facts, try #require(try GroupRecords.open(directory: memory.directory, ledgerPath: nil)))
    }

    @Test("the little that is looked up says the same as everything there is", arguments: UInt64(300)..<312)
    func evidence(seed: UInt64) throws {
        let (memory, facts, records) = try recorded(seed)
        defer { withExtendedLifetime(memory) {} }
        for run in Set(facts.map(\.run)) {
            let own = try records.facts(run: run)
            let earlier = try records.evidence(for: own)
            #expect(earlier.count <= 5 * 4, "seed \(seed), run \(run)")
            #expect(
                PostMortem(own, earlier: earlier) == PostMortem(own, earlier: everything(facts, before: run)), "seed \(seed), run \(run)")
        }
    }

    @Test(
        "B53: a container that is only started again, as --keep-failed leaves it, has what differs from the one that worked",
        arguments: [("db-2", true), ("db-1", false), ("unknown", false)])
    func startedAgain(container: String, differs: Bool) throws {
        var story = Story()
        story.start(["db"])
        story.start(["db"])
        story.fail("db", container: "db-2")
        story.restart("db", container: container)
        story.restart("db", container: container)
        let memory = Memory()
        defer { withExtendedLifetime(memory) {} }
        try memory.record(story.facts)
        let records = try #require(try GroupRecords.open(directory: memory.directory, ledgerPath: nil))
        for run in [3, 4] {
            let own = try records.facts(run: run)
            let report = try #require(PostMortem(own, earlier: try records.evidence(for: own)))
            #expect(report == PostMortem(own, earlier: everything(story.facts, before: run)))
            let words = try #require(report.failures.first).changes.map(\.words)
            #expect(words == (differs ? ["env.A was \"1\" in run 1, in which it worked; now \"2\""] : []))
        }
    }

    @Test("what a report looks up to compare with says the same as everything there is", arguments: UInt64(500)..<508)
    func comparison(seed: UInt64) throws {
        let (memory, facts, records) = try recorded(seed)
        defer { withExtendedLifetime(memory) {} }
        for run in Set(facts.map(\.run)) {
            let own = try records.facts(run: run)
            let all = try records.facts().filter { $0.run < run }
            let comparable = try records.comparableRuns(to: own)
            #expect(RunBaseline(own, earlier: comparable) == RunBaseline(own, earlier: all), "seed \(seed), run \(run)")
            let specs = try records.specEvidence(for: own).sorted { $0.seq < $1.seq }
            #expect(SpecChange.all(in: own, earlier: specs) == SpecChange.all(in: own, earlier: all), "seed \(seed), run \(run)")
        }
    }

    @Test("the runs of a service and the newest that failed are those a reading of everything finds", arguments: UInt64(400)..<406)
    func runs(seed: UInt64) throws {
        let (memory, facts, records) = try recorded(seed)
        defer { withExtendedLifetime(memory) {} }
        for service in ["db", "app", "nobody"] {
            let all = Set(facts.filter { $0.service == service }.map(\.run)).sorted(by: >)
            #expect(try records.newestRuns(of: service, limit: 99) == all, "seed \(seed)")
            for limit in 1...3 {
                #expect(try records.newestRuns(of: service, limit: limit) == Array(all.prefix(limit)), "seed \(seed)")
            }
        }
        let failed = facts.filter { fact in
            guard case .runFinished(let body) = fact.event else { return false }
            return body.outcome != .succeeded
        }
        #expect(try records.newestFailedRun() == failed.map(\.run).max(), "seed \(seed)")
    }
}
