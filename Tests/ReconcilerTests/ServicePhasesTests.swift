import Testing

@testable import Reconciler

@Suite("The phases of services in a run") struct ServicePhasesTests {
    private func twoServices() throws -> HistoryFacts {
        var log = HistoryFacts()
        log.start([("db", []), ("api", ["db"]), ("web", ["api", "db"])])
        try log.move(10, "db", .planned, .createBegan, .containerCreated, .startBegan, .containerStarted)
        try log.move(11, "api", .planned)
        try log.move(12, "web", .planned)
        try log.move(20, "api", .pullBegan)
        try log.move(420, "api", .imageReady)
        log.add(500, "db", PingChanged(attempt: 1, succeeded: false, error: "refused"))
        try log.move(1_000, "db", .postStartBegan)
        try log.move(1_100, "db", .postStartFinished)
        try log.move(1_110, "api", .createBegan, .containerCreated)
        return log
    }

    @Test("B51: a wait names whom it is for; what ended before is not waited for") func waiting() throws {
        var log = try twoServices()
        try log.move(1_200, "api", .startBegan)
        try log.move(1_300, "api", .containerStarted)
        try log.move(1_900, "api", .pingSucceeded)
        try log.move(1_910, "web", .createBegan)
        log.finish(2_000, .succeeded)
        let phases = ServicePhases.all(in: log.facts)
        #expect(phases.map(\.service) == ["db", "api", "web"])
        let api = phases[1]
        #expect(api.stretches.map(\.kind) == [.waiting, .pull, .waiting, .create, .waiting, .start, .ping, .running])
        #expect(api.stretches.map(\.waitsFor) == [[], [], ["db"], [], [], [], [], []])
        #expect(api.stretches[1].from == 0.02 && api.stretches[1].to == 0.42)
        #expect(api.readyAt == 1.9 && api.endedAt == nil)
        #expect(phases[2].stretches.first?.waitsFor == ["db", "api"])
        #expect(phases[0].stretches.last == .init(kind: .running, from: 1.1, to: 2, waitsFor: []))
        #expect(phases[0].stretches.contains { $0.kind == .postStart && $0.seconds > 0.09 })
        #expect(phases[0].answers == [.init(at: 0.5, succeeded: false, words: "refused")])
        for stretches in phases.map(\.stretches) {
            #expect(stretches.allSatisfy { $0.to > $0.from })
            #expect(zip(stretches, stretches.dropFirst()).allSatisfy { $0.to <= $1.from })
        }
    }

    @Test("B31, B51: behind a service that was left alone stands what was waited for") func behindUntouched() throws {
        var log = HistoryFacts()
        log.start([("low", []), ("middle", ["low"]), ("high", ["middle"])])
        try log.move(10, "middle", .foundRunning)
        try log.move(11, "high", .planned)
        try log.startNew(12, 900, "low")
        try log.move(910, "high", .startBegan, .containerStarted, .pingSucceeded)
        log.finish(920, .succeeded)
        let high = try #require(ServicePhases.all(in: log.facts).last)
        #expect(high.service == "high" && high.stretches.first?.waitsFor == ["low"])
    }

    @Test("B51: a service that was blocked waited for what failed to the end") func blocked() throws {
        var log = try twoServices()
        try log.move(1_500, "api", .failed, failure: Failure(.engineError, phase: .create, summary: "no"))
        try log.move(1_510, "web", .blocked, because: ["api"])
        log.finish(1_600, .failed)
        let web = try #require(ServicePhases.all(in: log.facts).last)
        #expect(web.stretches.map(\.kind) == [.waiting])
        #expect(web.stretches.first?.waitsFor == ["db", "api"])
        #expect(web.endedAt == 1.51 && web.readyAt == nil)
    }

    @Test("B50: what a later run settles in the name of a killed one takes none of its time") func settled() throws {
        var log = try twoServices()
        let last = log.facts.last?.seconds(since: log.facts[0]) ?? 0
        log.add(
            90_000, "api", StepSucceeded(step: .startContainer, target: "api", result: "c", seconds: 0, resolved: "adopted"),
            operation: "7f")
        try log.move(90_001, "api", .interrupted, cause: "miniboss was killed")
        try log.move(90_002, "web", .interrupted, cause: "miniboss was killed")
        log.finish(90_010, .crashed, settledBy: 8)
        #expect(RunSummary(log.facts, isAtWork: false)?.seconds == last)
        let phases = ServicePhases.all(in: log.facts)
        #expect(phases.flatMap(\.stretches).allSatisfy { $0.to <= last })
        #expect(phases[1].endedAt == last)
    }

    @Test("a service that runs from the beginning and is stopped") func stopped() throws {
        var log = HistoryFacts()
        log.start([("db", [])], command: "stop")
        log.add(100, "db", StateChanged(from: .running, to: .stopping, event: .stopBegan))
        log.add(300, "db", StateChanged(from: .stopping, to: .stopped, event: .containerStopped))
        log.finish(400, .succeeded)
        let db = try #require(ServicePhases.all(in: log.facts).first)
        #expect(db.stretches.map(\.kind) == [.running, .stop])
        #expect(db.stretches.last?.to == 0.3)
    }

    @Test("B45: each write to the context has its writer; what was replaced or cleared is no longer current, secrets are masked")
    func context() throws {
        var first = HistoryFacts(run: 1)
        first.start([("db", [])])
        first.add(100, "db", ContextWritten(key: "old", value: .int(1), secret: false, hook: .preStart))
        first.add(110, nil, ContextCleared(cause: "stop --remove"))
        var log = HistoryFacts(run: 2, after: first)
        log.start([("db", [])])
        log.add(200, "db", ContextWritten(key: "token", value: .string("hunter2"), secret: true, hook: .postStart))
        log.add(300, nil, ContextWritten(key: "id", value: .int(1), secret: false, hook: .onStartServices))
        log.add(400, nil, ContextWritten(key: "id", value: .int(2), secret: false, hook: .onStartServices))
        let entries = ContextEntry.all(in: log.facts)
        #expect(entries.map(\.key) == ["id", "id", "old", "token"])
        #expect(entries.map(\.isCurrent) == [false, true, false, true])
        #expect(entries.map(\.value) == [.int(1), .int(2), .int(1), .string("******")])
        #expect(entries.map(\.seconds) == [0.3, 0.4, 0.1, 0.2])
        #expect(entries[3].service == "db" && entries[3].hook == .postStart && entries[3].run == 2)
    }

    @Test("who reads a key of the context: the fields of the definition that name it, as the run recorded them") func readers() {
        let api = ServiceSpec(
            name: "api", image: "api:{tag}", env: ["ID": "{user_id}-{user_id}", "PLAIN": "{{user_id}}", "URL": "{host}:{user_id}"],
            command: ["run", "{user_id}"])
        let plain = RunStarted.Member(ServiceSpec(name: "db", image: "db:1", env: ["A": "1"]), origin: nil)
        let member = RunStarted.Member(api, origin: "Miniboss.swift:24")
        #expect(plain.reads == nil)
        #expect(
            member.reads == ["image": ["tag"], "env.ID": ["user_id"], "env.URL": ["host", "user_id"], "cmd": ["user_id"]])
        // As an older ledger has it.
        let old = RunStarted.Member(name: "old", dependencies: [], typeName: "Old", image: "old:{tag}")
        let start = RunStarted(
            command: "start", arguments: [], group: "g", network: "n", definition: nil, definitionPath: nil, engine: nil, engineID: nil,
            pid: 1, services: [plain, member, old])
        #expect(
            ContextReader.byKey(start) == [
                "user_id": [ContextReader(service: "api", fields: ["cmd", "env.ID", "env.URL"])],
                "host": [ContextReader(service: "api", fields: ["env.URL"])],
                "tag": [ContextReader(service: "api", fields: ["image"]), ContextReader(service: "old", fields: ["image"])],
            ])
    }

    @Test("the layers of a graph: as early as dependencies allow, circles last") func layers() {
        let graph = ServiceGraph([("a", []), ("d", ["c", "a"]), ("b", ["a"]), ("c", ["b"]), ("e", [])])
        #expect(graph.layers == [["a", "e"], ["b"], ["c"], ["d"]])
        #expect(ServiceGraph([("x", ["y"]), ("y", ["x"]), ("z", [])]).layers == [["z"], ["x", "y"]])
        #expect(ServiceGraph([]).layers.isEmpty)
    }
}
