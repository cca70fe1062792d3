import Reconciler
import Testing

@Suite("Comparison, replay and critical path") struct HistoryComparisonTests {
    /// Run 6 works; run 7 has another env, another file, one service more and one less, and takes longer.
    private static func pair() throws -> HistoryFacts {
        var good = HistoryFacts(run: 6)
        good.start([("appdb", []), ("todo", ["appdb"]), ("old", [])], definition: "aaaaaaaa")
        try good.startNew(0, 400, "appdb", env: ["A": "1"])
        try good.startNew(400, 1000, "todo", env: ["MODE": "one", "KEY": EnvironmentValue("x", isSecret: true)])
        good.add(1000, "todo", HookFinished(hook: .ping, outcome: .succeeded, seconds: 0.5))
        try good.startNew(0, 100, "old")
        good.finish(1000, .succeeded)
        var log = HistoryFacts(run: 7, after: good)
        log.start([("appdb", []), ("todo", ["appdb"]), ("web", ["todo"])], arguments: ["--timeout", "5"], definition: "bbbbbbbb")
        try log.move(1, "appdb", .foundRunning)
        try log.move(2, "todo", .planned)
        log.create(2, "todo", env: ["MODE": "two", "KEY": EnvironmentValue("y", isSecret: true)])
        try log.move(3, "todo", .createBegan, .containerCreated, .startBegan, .containerStarted)
        log.add(3000, "todo", HookFinished(hook: .ping, outcome: .timedOut, seconds: 2.5))
        try log.move(3000, "todo", .failed, failure: Failure(.pingTimeout, phase: .ping, summary: "was not ready"))
        try log.move(3001, "web", .planned, .blocked, because: ["todo"])
        log.finish(3010, .failed)
        return log
    }

    @Test("two starts beside each other: definition, arguments, env, outcomes and durations, service by service")
    func comparison() throws {
        let found = try #require(RunComparison(6, 7, in: Self.pair().facts))
        func words(_ changes: [RunComparison.Change]) -> [String] { changes.map { "\($0.field): \($0.from ?? "–") → \($0.to ?? "–")" } }
        #expect(
            words(found.changes) == ["arguments: – → --timeout 5", "definition: aaaaaa → bbbbbb", "outcome: succeeded → failed"])
        #expect(found.services.map(\.service) == ["appdb", "todo", "web", "old"])
        #expect(words(found.services[0].changes) == ["outcome: started → already_running"])
        #expect(words(found.services[1].changes) == ["env.MODE: one → two", "outcome: started → failed: ping_timeout"])
        #expect(
            words(found.services[2].changes) == [
                "service: – → defined", "dependencies: – → todo", "image: – → web:1", "outcome: – → blocked",
            ])
        #expect(words(found.services[3].changes).first == "service: defined → –")
        let ping = try #require(found.services[1].steps.first { $0.name == "ping" })
        #expect(ping.from == 0.5 && ping.to == 2.5 && ping.isNotable)
        #expect(found.seconds.from == 1 && found.seconds.to == 3.01)
        #expect(RunComparison(6, 99, in: try Self.pair().facts) == nil)
    }

    @Test("a run beside itself has no differences, and the other way round is the mirror image") func symmetry() throws {
        let facts = try Self.pair().facts
        let same = try #require(RunComparison(7, 7, in: facts))
        #expect(same.changes.isEmpty && same.services.allSatisfy { $0.changes.isEmpty && !$0.seconds.isNotable })
        let there = try #require(RunComparison(6, 7, in: facts))
        let back = try #require(RunComparison(7, 6, in: facts))
        #expect(there.changes.map(\.from) == back.changes.map(\.to))
        #expect(Set(there.services.map(\.service)) == Set(back.services.map(\.service)))
    }

    @Test("small differences of time are chance, large ones are not") func notable() {
        func timing(_ from: Double?, _ to: Double?) -> Bool { RunComparison.Timing(name: "took", from: from, to: to).isNotable }
        #expect(!timing(0.01, 0.05) && !timing(10, 11) && !timing(nil, nil))
        #expect(timing(0.1, 0.2) && timing(10, 13) && timing(13, 10) && timing(nil, 0.1))
    }

    @Test("B51: the critical path is what the last service waited for, and its events only while they were waited for")
    func criticalPath() throws {
        var log = HistoryFacts()
        log.start([("appdb", []), ("quick", []), ("todo", ["appdb", "quick"])])
        try log.startNew(0, 100, "quick")
        // Made early: that cost nothing, since it waited for its dependency anyway.
        try log.move(1, "todo", .planned, .createBegan, .containerCreated)
        try log.startNew(0, 2000, "appdb")
        try log.move(2001, "todo", .startBegan, .containerStarted)
        try log.move(2500, "todo", .pingSucceeded)
        log.finish(2510, .succeeded)
        let path = CriticalPath(log.facts)
        #expect(path.legs.map(\.service) == ["appdb", "todo"])
        let onPath = log.facts.filter(path.contains)
        #expect(Set(onPath.compactMap(\.service)) == ["appdb", "todo"])
        let todo = onPath.filter { $0.service == "todo" }.compactMap { fact -> ServiceEvent? in
            if case .stateChanged(let change) = fact.event { change.trigger } else { nil }
        }
        #expect(todo == [.startBegan, .containerStarted, .pingSucceeded])
    }

    @Test("B52: the group after any event is the fold of the events up to it") func snapshot() throws {
        let facts = try Self.pair().facts
        for end in facts.indices {
            let state = try GroupState(folding: facts[...end])
            let snapshot = GroupSnapshot(state, at: facts[end])
            #expect(Set(snapshot.services) == Set(state.members.map(\.name)).union(state.services.keys))
        }
        var log = HistoryFacts()
        log.start([("appdb", []), ("todo", ["appdb"])])
        try log.move(1, "todo", .planned)
        log.create(2, "todo")
        try log.move(3, "todo", .createBegan)
        log.add(4, "todo", StateChanged(from: .creating, to: .created, event: .containerCreated, containerID: "c0ffee"))
        log.add(4, "old", StateChanged(from: .absent, to: .stopped, event: .foundStopped, containerID: "0ld"))
        let middle = GroupSnapshot(try GroupState(folding: log.facts), at: try #require(log.facts.last))
        #expect(middle.services == ["appdb", "todo", "old"])
        #expect(middle.state["todo"].phase == .created)
        #expect(middle.state["todo"].owed == [.startContainer, .ping, .postStart])
        #expect(middle.openSteps.map(\.intent.step) == [.createContainer])
    }
}
