import Testing

@testable import Reconciler

@Suite("What a run's durations are measured by") struct RunBaselineTests {
    /// Starts of one service, in which being pinged took so many milliseconds; the last is the one to be measured.
    private func starts(_ pings: [Int], outcomes: [RunOutcome] = []) throws -> HistoryFacts {
        var facts = HistoryFacts(run: 1)
        for (index, ping) in pings.enumerated() {
            if index > 0 { facts = fresh(index + 1, after: facts) }
            facts.start([("db", [])], definition: "hash-\(index)")
            try facts.startNew(10, 20 + ping, "db")
            facts.finish(30 + ping, outcomes.indices.contains(index) ? outcomes[index] : .succeeded)
        }
        return facts
    }

    /// The next run, before which the containers were removed.
    private func fresh(_ run: Int, after earlier: HistoryFacts) -> HistoryFacts {
        var facts = HistoryFacts(run: run)
        facts.facts = earlier.facts
        return facts
    }

    private func baseline(_ facts: HistoryFacts) -> RunBaseline? { RunBaseline(facts.own, earlier: facts.facts) }

    @Test("the last run that worked, and the median of an odd and an even number of them") func medians() throws {
        let odd = try #require(baseline(starts([100, 900, 200, 500])))
        #expect(odd.last == 3 && odd.count == 3 && odd.lastDefinition == "hash-2")
        let ping = try #require(odd.services.first?.phases.first { $0.name == "ping" })
        #expect(ping.now.map { ($0 * 1000).rounded() } == 507)
        #expect(ping.last.map { ($0 * 1000).rounded() } == 207)
        #expect(ping.usual == ping.last)
        #expect(ping.excess.map { ($0 * 1000).rounded() } == 300)
        let even = try #require(baseline(starts([100, 200, 500])))
        #expect(even.took?.usual.map { ($0 * 1000).rounded() } == 180)
    }

    @Test("of one that failed only what it came to is compared, and of one that was blocked nothing") func cutShort() throws {
        func group(_ facts: inout HistoryFacts) { facts.start([("db", []), ("web", ["db"])]) }
        var facts = HistoryFacts(run: 1)
        group(&facts)
        try facts.startNew(10, 200, "db")
        try facts.startNew(210, 300, "web")
        facts.finish(310, .succeeded)
        facts = fresh(2, after: facts)
        group(&facts)
        try facts.move(10, "db", .planned, .createBegan)
        try facts.move(10, "web", .planned, .createBegan, .containerCreated)
        try facts.move(400, "db", .failed, failure: Failure(.engineError, phase: .create, summary: "no"))
        try facts.move(401, "web", .blocked, because: ["db"])
        facts.finish(410, .failed)
        let found = try #require(baseline(facts))
        #expect(found.services.map(\.service) == ["db"])
        let phases = try #require(found.services.first).phases
        #expect(phases.map(\.name) == ["create"] && phases.first?.isCutShort == true)
        #expect(found.services.first?.ready.now == nil && found.services.first?.ready.usual != nil)
    }

    @Test("failed and crashed runs are no measure, and no more than nine runs are read") func choice() throws {
        let facts = try starts([100, 5_000, 9_000, 120], outcomes: [.succeeded, .failed, .crashed])
        let found = try #require(baseline(facts))
        #expect(found.last == 1 && found.count == 1)
        #expect(try #require(baseline(starts(Array(repeating: 100, count: 20)))).count == RunBaseline.runLimit)
        #expect(try baseline(starts([100])) == nil)
    }

    @Test("a run of which only a part is given is no measure") func partial() throws {
        let facts = try starts([100, 120])
        let part = facts.facts.filter { fact in
            if case .runFinished = fact.event { false } else { true }
        }
        #expect(RunBaseline(facts.own, earlier: part) == nil)
    }

    @Test("the whole is compared only with runs that had all of this one's services to work on") func whole() throws {
        var facts = try starts([100])
        facts = fresh(2, after: facts)
        facts.start([("db", []), ("web", [])])
        try facts.startNew(10, 150, "db")
        try facts.startNew(10, 900, "web")
        facts.finish(950, .succeeded)
        let found = try #require(baseline(facts))
        #expect(found.took == nil)
        #expect(found.services.map(\.service) == ["db"])
    }

    @Test("a service that only waited longer is as usual") func waited() throws {
        func run(_ facts: inout HistoryFacts, _ ping: Int) throws {
            facts.start([("db", []), ("web", ["db"])])
            try facts.move(10, "web", .planned)
            try facts.startNew(10, 20 + ping, "db")
            try facts.move(30 + ping, "web", .createBegan, .containerCreated, .startBegan, .containerStarted, .pingSucceeded)
            facts.finish(50 + ping, .succeeded)
        }
        var facts = HistoryFacts(run: 1)
        try run(&facts, 100)
        facts = fresh(2, after: facts)
        try run(&facts, 900)
        let found = try #require(baseline(facts))
        #expect(found.services.map(\.isNotable) == [true, false])
        #expect(found.services.last?.phases.first { $0.name == "waiting" }?.isNotable == true)
    }

    @Test("what is less than a fifth or a twentieth of a second apart is chance") func chance() {
        #expect(!RunBaseline.Measure(name: "ping", now: 1.15, last: 1, usual: 1).isNotable)
        #expect(!RunBaseline.Measure(name: "ping", now: 0.05, last: 0.01, usual: 0.01).isNotable)
        #expect(RunBaseline.Measure(name: "ping", now: 1.3, last: 1, usual: 1).excess != nil)
        let shorter = RunBaseline.Measure(name: "ping", now: 0.5, last: 1, usual: 1)
        #expect(shorter.isNotable && shorter.excess == nil)
    }
}
