import Reconciler
import Testing

@Suite("History") struct HistoryTests {
    @Test("B50: a start's summary has its command, times, outcome and each service's result")
    func summaryOfStart() throws {
        var log = HistoryFacts()
        log.start([("appdb", []), ("todo", ["appdb"]), ("web", ["todo"]), ("extra", [])], arguments: ["--timeout", "5"])
        try log.move(1, "extra", .excluded)
        try log.move(2, "appdb", .foundRunning)
        try log.startNew(10, 1210, "todo")
        try log.move(20, "web", .foundStopped, .planned, .startBegan, .containerStarted)
        try log.move(400, "web", .pingSucceeded)
        log.finish(1300, .succeeded)

        let run = try #require(RunSummary(log.facts, isAtWork: false))
        #expect(run.run == 7 && run.command == "start" && run.arguments == ["--timeout", "5"])
        #expect(run.outcome == .succeeded && run.finishedAt == "2025-11-24T13:02:01.000000000Z")
        #expect(run.services.map(\.service) == ["appdb", "todo", "web", "extra"])
        #expect(run.services.map(\.outcome) == [.alreadyRunning, .started, .restarted, .excluded])
        #expect(abs(run.services[1].seconds - 1.199) < 1e-9)
        #expect(run.services[0].seconds == 0)
        #expect(run.seconds == 1.3)
    }

    @Test("a container made early does not count its wait for others as its own time") func earlyCreate() throws {
        var log = HistoryFacts()
        log.start([("a", []), ("b", ["a"])])
        try log.move(0, "b", .planned, .createBegan)
        try log.move(101, "b", .containerCreated)
        try log.move(5000, "b", .startBegan)
        try log.move(5200, "b", .containerStarted)
        try log.move(5300, "b", .pingSucceeded)
        #expect(abs((RunSummary(log.facts, isAtWork: false)?.services.first?.seconds ?? 0) - 0.4) < 1e-9)
    }

    @Test("B51: a cause that leads to several steps is told once") func causeOnce() throws {
        var log = HistoryFacts()
        log.start([("a", [])])
        try log.move(1, "a", .planned, cause: "replaced: image")
        log.add(2, "a", StepIntended(step: .stopContainer, cause: "replaced: image", target: "x"), operation: "7f2a")
        log.add(3, "a", StepIntended(step: .removeContainer, cause: "another", target: "x"), operation: "7f2b")
        #expect(timeline(log.facts).dropFirst().map(\.remark) == ["replaced: image", "operation 7f2a", "another, operation 7f2b"])
    }

    @Test("B22: a replaced container is a new one")
    func replacedIsStarted() throws {
        var log = HistoryFacts()
        log.start([("a", [])])
        try log.move(1, "a", .planned, .stopBegan, .containerStopped, .planned)
        log.create(5, "a")
        try log.move(6, "a", .createBegan, .containerCreated, .startBegan, .containerStarted, .pingSucceeded)
        log.finish(20, .succeeded)
        #expect(RunSummary(log.facts, isAtWork: false)?.services.map(\.outcome) == [.started])
    }

    @Test("B36: a stop's summary tells stopped from removed")
    func summaryOfStop() throws {
        var log = HistoryFacts()
        log.start([("a", []), ("b", [])], command: "stop")
        try log.move(1, "a", .stopBegan)
        try log.move(900, "a", .containerStopped)
        try log.move(1, "b", .stopBegan, .containerStopped, .removeBegan, .containerRemoved)
        log.finish(950, .succeeded)
        let run = try #require(RunSummary(log.facts, isAtWork: false))
        #expect(run.services.map(\.outcome) == [.stopped, .removed])
        #expect(run.services[0].seconds == 0.899)
    }

    @Test("B28: what follows a failure is clearing up and does not change the result")
    func failureStays() throws {
        let log = try Self.failedStart()
        let run = try #require(RunSummary(log.own, isAtWork: false))
        #expect(run.outcome == .failed)
        #expect(run.services.map(\.outcome) == [.started, .failed, .blocked])
        #expect(run.services[1].failure?.failureClass == .exitedNonzero)
        #expect(run.services[2].because == ["todo"])
    }

    @Test("B50: a run without an end is running while the lock is held, and crashed after", arguments: [true, false])
    func openRun(isAtWork: Bool) throws {
        var log = HistoryFacts()
        log.start([("a", [])])
        try log.move(5, "a", .planned, .createBegan)
        let run = try #require(RunSummary(log.facts, isAtWork: isAtWork))
        #expect(run.outcome == (isAtWork ? .running : .crashed))
        #expect(run.finishedAt == nil)
        #expect(run.services.map(\.outcome) == (isAtWork ? [] : [.failed]))
        #expect(run.services.first?.cutOffIn == (isAtWork ? nil : .creating))
    }

    @Test("B50: only the newest open run can be the one at work; facts a run records of killed ones are theirs")
    func severalRuns() throws {
        var first = HistoryFacts(run: 1)
        first.start([("a", [])])
        var second = HistoryFacts(run: 2, after: first)
        second.start([("a", [])])
        let earlier = second.facts.filter { $0.run == 1 }
        let newest = second.facts.filter { $0.run == 2 }
        #expect(RunSummary(earlier, isAtWork: false)?.outcome == .crashed)
        #expect(RunSummary(newest, isAtWork: true)?.outcome == .running)

        // As an observer of run 2 sees it: the settling of run 1 comes before run 2's own beginning.
        var settling = HistoryFacts(run: 1)
        settling.finish(900, .crashed, settledBy: 2)
        var live = HistoryFacts(run: 2, after: settling)
        live.start([("a", [])])
        live.finish(10, .succeeded)
        let run = try #require(RunSummary(live.facts, isAtWork: false))
        #expect(run.run == 2 && run.outcome == .succeeded && run.settledBy == nil)
    }

    @Test("B51: the timeline tells each event in words with the time since the run began, secrets masked")
    func timelineWords() throws {
        var log = try Self.failedStart()
        log.add(950, "todo", ContextWritten(key: "token", value: .string("hunter2"), secret: true, hook: .postStart))
        log.add(951, "todo", ContextWritten(key: "id", value: .int(42), secret: false, hook: .postStart))
        let lines = timeline(log.own)
        #expect(lines[0].service == nil)
        #expect(lines[0].text == "started by `miniboss start`")
        #expect(lines[0].remark == "definition 9f31c2, engine 20.10.24, pid 41")
        let texts = lines.map { [$0.text, $0.remark].joined(separator: " | ") }
        #expect(texts.contains("intends create_container todo | no container exists, operation 7f2a"))
        #expect(texts.contains("pinging → failed | exited with 1 after 0.9 s, while it was being pinged"))
        #expect(texts.contains("waiting → blocked | needs todo"))
        #expect(texts.contains("2 log lines kept | "))
        #expect(texts.contains("context token = ****** | written by post_start"))
        #expect(texts.contains("context id = 42 | written by post_start"))
        #expect(!texts.joined().contains("hunter2"))
        let failed = try #require(lines.first { $0.text == "pinging → failed" })
        #expect(failed.seconds == 0.9)
    }

    @Test("B51: every event type has words")
    func everyTypeHasWords() {
        var log = HistoryFacts()
        log.start([])
        log.add(1, "a", StepSucceeded(step: .pullImage, target: "i", result: nil, seconds: 0.5))
        log.add(2, "a", StepFailed(step: .pullImage, target: "i", error: "no such image", status: 404, seconds: 0.5))
        log.add(3, "a", StepUnknown(step: .createContainer, target: "i", error: "connection reset"))
        log.add(4, "a", HookStarted(hook: .postStart))
        log.add(5, "a", HookFinished(hook: .ping, outcome: .succeeded, seconds: 1.6, attempts: 16))
        log.add(6, "a", PingChanged(attempt: 1, succeeded: false, error: "connection refused"))
        log.add(7, nil, ContextCleared(cause: "stop --remove"))
        log.add(8, "a", DivergenceFound(containerID: "c", differences: [Difference(field: "env.MODE", desired: "two", actual: "one")]))
        log.add(9, "a", ContainerExited(containerID: "c", exitCode: 137, oomKilled: true, error: nil, health: []))
        log.add(10, nil, NoteTaken(text: "an orphan was found"))
        log.finish(11, .interrupted, signal: "SIGINT")
        let lines = timeline(log.facts).dropFirst().map { $0.remark.isEmpty ? $0.text : "\($0.text) | \($0.remark)" }
        #expect(
            lines == [
                "pull_image done | 0.5 s", "pull_image failed: no such image | 0.5 s",
                "create_container: the reply was lost | connection reset", "post_start begins", "ping succeeded | 1.6 s, 16 attempts",
                "ping 1: connection refused", "context cleared | stop --remove",
                "differs from its definition | env.MODE \"one\" → \"two\"",
                "exited 137, out of memory | SIGKILL: somebody killed it, or the kernel did when memory ran out", "an orphan was found",
                "interrupted by SIGINT",
            ])
    }

    @Test("the critical path is the chain of dependencies that ran last") func criticalPath() throws {
        var log = HistoryFacts()
        log.start([("db", []), ("cache", []), ("app", ["db", "cache"]), ("web", ["app"]), ("side", [])])
        try log.startNew(0, 2000, "db")
        try log.startNew(0, 300, "cache")
        try log.startNew(2000, 3000, "app")
        try log.startNew(3000, 3500, "web")
        try log.startNew(0, 3400, "side")
        let legs = CriticalPath(log.facts).legs
        #expect(legs.map(\.service) == ["db", "app", "web"])
        #expect(legs.map(\.seconds) == [2, 1, 0.5])
    }

    @Test("B39, B50: a former service that was left out is among those of the run") func formerExcluded() throws {
        var log = HistoryFacts()
        var body = RunStarted(
            command: "stop", arguments: [], group: "demo", network: "n", definition: nil, definitionPath: nil, engine: nil, engineID: nil,
            pid: 1, services: [RunStarted.Member(name: "db", dependencies: [], typeName: "DB", image: "db:1")])
        body.excluded = ["cache"]
        log.add(0, nil, body)
        try log.move(1, "db", .stopBegan, .containerStopped)
        log.finish(9, .succeeded)
        let services = try #require(RunSummary(log.facts, isAtWork: false)).services
        #expect(services.map { "\($0.service) \($0.outcome.rawValue)" } == ["db stopped", "cache excluded"])
    }

    @Test("B31, B51: the critical path leads through a service that was left alone to what is behind it")
    func criticalPathThrough() throws {
        var log = HistoryFacts()
        log.start([("low", []), ("middle", ["low"]), ("quick", []), ("high", ["middle", "quick"])])
        try log.move(0, "middle", .foundRunning)
        try log.startNew(0, 100, "quick")
        try log.startNew(0, 2000, "low")
        try log.startNew(2000, 2500, "high")
        #expect(CriticalPath(log.facts).legs.map(\.service) == ["low", "high"])
        #expect(CriticalPath(log.facts).legs.map(\.seconds) == [2, 0.5])
    }

    @Test("nothing started, no critical path") func noCriticalPath() throws {
        var log = HistoryFacts()
        log.start([("db", [])])
        try log.move(1, "db", .foundRunning)
        #expect(CriticalPath(log.facts).legs.isEmpty)
    }

    @Test(
        "durations read like people say them",
        arguments: [(0.0483, "48 ms"), (0.0999, "0.1 s"), (2.06, "2.1 s"), (185, "3 min 5 s"), (7265, "2 h 1 min"), (277_300, "3 d 5 h")])
    func durations(seconds: Double, words: String) {
        #expect(durationWords(seconds) == words)
    }

    /// Run 6 worked with DB_URI; in run 7 it is gone, `todo` exits with 1 and `web` is blocked.
    static func failedStart() throws -> HistoryFacts {
        var good = HistoryFacts(run: 6)
        good.start([("appdb", []), ("todo", ["appdb"]), ("web", ["todo"])])
        try good.startNew(0, 500, "todo", env: ["DB_URI": "postgresql://u:pw@appdb:5432/x", "MODE": "one"])
        good.finish(600, .succeeded)
        var log = HistoryFacts(run: 7, after: good)
        log.start([("appdb", []), ("todo", ["appdb"]), ("web", ["todo"])])
        try log.startNew(0, 400, "appdb")
        try log.move(1, "web", .planned)
        try log.move(1, "todo", .planned)
        log.create(401, "todo", env: ["MODE": "two"])
        try log.move(402, "todo", .createBegan, .containerCreated, .startBegan, .containerStarted)
        log.add(500, "todo", PingChanged(attempt: 1, succeeded: false, error: "connection refused"))
        log.add(899, "todo", ContainerExited(containerID: "c0ffee", exitCode: 1, oomKilled: false, error: nil, health: []))
        log.add(899, "todo", LogsCaptured(containerID: "c0ffee", lines: ["Traceback", "KeyError: 'DB_URI'"]))
        try log.move(
            900, "todo", .failed,
            failure: Failure(
                .exitedNonzero, phase: .ping, summary: "exited with 1 after 0.9 s, while it was being pinged", exitCode: 1,
                lastPingError: "connection refused", attempts: 5, seconds: 0.9))
        try log.move(901, "web", .blocked, because: ["todo"])
        try log.move(902, "todo", .stopBegan, .containerStopped, .removeBegan, .containerRemoved)
        log.finish(910, .failed)
        return log
    }
}
