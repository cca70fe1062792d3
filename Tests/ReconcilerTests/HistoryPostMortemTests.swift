import Reconciler
import Testing

@Suite("Post-mortem") struct HistoryPostMortemTests {
    @Test("B53: a failed start is explained from the ledger alone: cause, evidence, what changed, what it blocked")
    func failedStart() throws {
        let log = try HistoryTests.failedStart()
        let report = try #require(PostMortem(log.own, earlier: log.facts.filter { $0.run < 7 }))
        #expect(report.verdict == "todo exited with 1 after 0.9 s, while it was being pinged; web never started because of it")
        #expect(report.blocked.map(\.service) == ["web"] && report.blocked.map(\.because) == [["todo"]])
        #expect(report.running == ["appdb"])
        let todo = try #require(report.failures.first)
        #expect(report.failures.count == 1)
        #expect(todo.logTail == ["Traceback", "KeyError: 'DB_URI'"])
        #expect(todo.because == "its process ended by itself (exit code 1: an error of the program's own)")
        #expect(todo.pings.map(\.words) == ["connection refused"])
        #expect(todo.pings.map(\.seconds) == [0.5])
        #expect(todo.lastWorkingRun == 6)
        #expect(
            todo.changes.map(\.words) == [
                "env.DB_URI was \"postgresql://u:******@appdb:5432/x\" in run 6, in which it worked; now unset",
                "env.MODE was \"one\" in run 6, in which it worked; now \"two\"",
            ])
        #expect(todo.hint == "set DB_URI in Todo.env (Miniboss.swift:24), then `miniboss start`")
    }

    @Test("B53: nothing of a run later than the failed one is taken as the last that worked")
    func laterRunsAreNotEvidence() throws {
        let log = try HistoryTests.failedStart()
        var later = HistoryFacts(run: 8, after: log)
        later.start([("todo", [])])
        try later.startNew(0, 10, "todo", env: ["MODE": "three"])
        let report = try #require(PostMortem(log.own, earlier: later.facts))
        #expect(report.failures.first?.lastWorkingRun == 6)
    }

    @Test("B53: every class has a cause and something to do", arguments: FailureClass.allCases)
    func everyClass(of failureClass: FailureClass) throws {
        var log = HistoryFacts()
        log.start([("todo", [])])
        try log.move(1, "todo", .planned, .createBegan, .containerCreated, .startBegan, .containerStarted)
        try log.move(
            5, "todo", .failed,
            failure: Failure(failureClass, phase: .ping, summary: "went wrong", exitCode: 3, subject: "thing", holder: "nginx"))
        log.finish(9, .failed)
        let report = try #require(PostMortem(log.facts, earlier: []))
        let failure = try #require(report.failures.first)
        #expect(failure.failure.failureClass == failureClass)
        #expect(failure.because.count > 10)
        #expect(failure.hint.count > 20)
        #expect(!failure.hint.hasSuffix("."))
        #expect(report.verdict == "todo went wrong")
    }

    @Test(
        "B53: what to do fits what it was about",
        arguments: [
            (Failure(.nameConflict, phase: .create, summary: "…", subject: "net", holder: Failure.networkHolder), "docker network rm net"),
            (Failure(.nameConflict, phase: .create, summary: "…", subject: "name", holder: "container 1"), "docker rm -f name"),
            (Failure(.unhealthy, phase: .ping, summary: "…", lastPingError: Failure.noHealthCheck), "choose another readiness"),
            (Failure(.buildFailed, phase: .build, summary: "…", subject: "buildFromDirectory"), "check Todo.buildFromDirectory"),
            (Failure(.buildFailed, phase: .build, summary: "…", subject: "todo:latest"), "the build's last lines"),
            (Failure(.badEntrypoint, phase: .start, summary: "…", subject: "user"), "check Todo.user"),
        ])
    func fittingHint(failure: Failure, words: String) throws {
        var log = HistoryFacts()
        log.start([("todo", [])])
        try log.move(1, "todo", .planned, .createBegan)
        try log.move(5, "todo", .failed, failure: failure)
        let hint = try #require(PostMortem(log.facts, earlier: [])?.failures.first?.hint)
        #expect(hint.contains(words), "\(hint)")
    }

    @Test("B53: what to do about a killed run names the hook it was in, among several") func hookInCrash() throws {
        var log = HistoryFacts()
        log.start([("db", []), ("todo", [])])
        log.add(1, "db", HookStarted(hook: .postStart))
        log.add(2, "todo", HookStarted(hook: .preStart))
        log.add(3, "todo", HookFinished(hook: .preStart, outcome: .succeeded, error: nil, seconds: 0.1))
        #expect(PostMortem(log.facts, earlier: [])?.next?.hasPrefix("if post_start of db trapped") == true)
        log.add(4, "db", HookFinished(hook: .postStart, outcome: .succeeded, error: nil, seconds: 0.1))
        #expect(PostMortem(log.facts, earlier: [])?.next == "`miniboss start` settles what it left and goes on")
    }

    @Test("B50: a service that a killed stop left half-way was cut off in the stop, after the time it had taken") func cutOffStop() throws {
        var log = HistoryFacts()
        log.start([("todo", [])])
        try log.startNew(0, 10, "todo", env: [:])
        try log.move(1000, "todo", .stopBegan)
        try log.move(1500, "todo", .interrupted)
        #expect(RunSummary(log.facts, isAtWork: false)?.services.first?.cutOffWords == "cut off while it was stopped")
        let failure = try #require(PostMortem(log.facts, earlier: [])?.failures.first?.failure)
        #expect(failure.failureClass == .interrupted && failure.seconds > 1, "\(failure)")
    }

    @Test(
        "exit codes are told in words",
        arguments: [
            (126, "can't be executed"), (127, "not found"), (137, "SIGKILL"), (139, "SIGSEGV"), (143, "SIGTERM"), (3, "program's own"),
        ])
    func exitCodes(code: Int, words: String) {
        #expect(exitCodeWords(code).contains(words))
    }

    @Test("B35: a taken port names who holds it") func portHolder() throws {
        var log = HistoryFacts()
        log.start([("web", [])])
        try log.move(1, "web", .planned, .createBegan, .containerCreated, .startBegan)
        try log.move(
            2, "web", .failed, failure: Failure(.portInUse, phase: .start, summary: "…", subject: "8080", holder: "nginx (pid 12)"))
        let failure = try #require(PostMortem(log.facts, earlier: [])?.failures.first)
        #expect(failure.because == "host port 8080 is taken by nginx (pid 12)")
        #expect(failure.hint.contains("free host port 8080"))
    }

    @Test("B50: a killed run says when, and the last thing it recorded") func crashed() throws {
        var log = HistoryFacts()
        log.start([("web", [])])
        try log.move(1, "web", .planned, .createBegan)
        let report = try #require(PostMortem(log.facts, earlier: []))
        #expect(report.outcome == .crashed)
        #expect(
            report.verdict == "run 7 (`start`) was killed after 2 ms at the earliest; the last thing it recorded: web waiting → creating")
        #expect(report.next == "`miniboss start` settles what it left and goes on")
        log.add(2, "web", StateChanged(from: .creating, to: .interrupted, event: .interrupted, cause: "miniboss was killed"))
        log.finish(3, .crashed, settledBy: 8)
        let settled = try #require(PostMortem(log.facts, earlier: []))
        #expect(settled.failures.map(\.failure.failureClass) == [.interrupted])
        #expect(settled.failures.map(\.failure.phase) == [.create])
        #expect(settled.next == "nothing: run 8 settled what it left")
    }

    @Test("an interrupted run names the signal") func interrupted() throws {
        var log = HistoryFacts()
        log.start([("web", [])])
        log.finish(2500, .interrupted, signal: "SIGTERM")
        #expect(PostMortem(log.facts, earlier: [])?.verdict == "run 7 (`start`) was interrupted by SIGTERM after 2.5 s")
    }

    @Test("B53: an engine that was not reached is a failure of its own, of no service") func unreachable() throws {
        var log = HistoryFacts()
        log.start([("web", [])])
        log.finish(5, .failed, error: "engine_unreachable: no Docker Engine answers at unix:///x")
        let report = try #require(PostMortem(log.facts, earlier: []))
        #expect(report.failures.map(\.failure.failureClass) == [.engineUnreachable])
        #expect(report.verdict == "`start` could not begin: no Docker Engine answers at unix:///x")
        var begun = HistoryFacts()
        begun.start([("web", [])])
        begun.add(1, nil, StepIntended(step: .createNetwork, cause: "no network exists", target: "n"))
        begun.finish(5, .failed, error: "engine_unreachable: the connection broke off")
        #expect(PostMortem(begun.facts, earlier: [])?.verdict == "`start` could not go on: the connection broke off")
    }

    @Test("B53: an engine that goes away is told of before what it took with it") func engineShutDown() throws {
        var log = HistoryFacts()
        log.start([("db", []), ("web", [])])
        for (at, name) in [(1, "db"), (2, "web")] {
            try log.move(at, name, .planned, .createBegan, .containerCreated, .startBegan, .containerStarted)
        }
        try log.move(
            5, "db", .failed, failure: Failure(.killedBySignal, phase: .ping, summary: "was sent SIGTERM", holder: Failure.engine))
        try log.move(6, "web", .failed, failure: Failure(.engineUnreachable, phase: .ping, summary: "the engine did not answer"))
        log.finish(9, .failed)
        let report = try #require(PostMortem(log.facts, earlier: []))
        #expect(report.failures.map(\.service) == ["web", "db"])
        #expect(report.verdict == "web: the engine did not answer; db failed too")
        #expect(report.failures.last?.hint.contains("shut the engine down") == true)
    }

    @Test("a service that failed and then ran in the same run is no failure") func recovered() throws {
        var log = HistoryFacts()
        log.start([("web", [])])
        try log.move(1, "web", .planned, .createBegan)
        try log.move(2, "web", .failed, failure: Failure(.engineError, phase: .create, summary: "x"))
        try log.startNew(10, 20, "web")
        log.finish(30, .succeeded)
        #expect(PostMortem(log.facts, earlier: [])?.failures.isEmpty == true)
        #expect(RunSummary(log.facts, isAtWork: false)?.services.map(\.outcome) == [.started])
    }

    @Test("B53: the verdict names who failed and what never started because of it, in one sentence") func verdict() throws {
        func verdict(failing: [String], blocked: [(String, [String])]) throws -> String? {
            var log = HistoryFacts()
            log.start((failing + blocked.map(\.0)).map { ($0, []) })
            for service in failing {
                try log.move(1, service, .planned, .createBegan, .failed, failure: Failure(.hookThrew, phase: .create, summary: "broke"))
            }
            for (service, because) in blocked { try log.move(5, service, .planned, .blocked, because: because) }
            log.finish(9, .failed)
            return PostMortem(log.facts, earlier: [])?.verdict
        }
        #expect(try verdict(failing: ["a"], blocked: []) == "a broke")
        #expect(
            try verdict(failing: ["a"], blocked: [("web", ["a"]), ("worker", ["a", "web"])])
                == "a broke; web and worker never started because of it")
        #expect(try verdict(failing: ["a", "b"], blocked: [("web", ["b"])]) == "a broke; b failed too; web never started because of them")
        #expect(try verdict(failing: ["a", "b", "c"], blocked: []) == "a broke; b and c failed too")
        #expect(
            try verdict(failing: ["a", "b", "c", "d", "e"], blocked: ["q", "r", "s", "t", "u", "v"].map { ($0, ["a"]) })
                == "a broke; 4 other services failed too; 6 other services never started because of them")
    }

    @Test("B53: a definition file that changed since is named, last, when no field tells the difference") func definition() throws {
        var good = HistoryFacts(run: 6)
        good.start([("web", [])], definition: "aaaaaaaa")
        try good.startNew(0, 10, "web", env: ["A": "1"])
        var log = HistoryFacts(run: 7, after: good)
        log.start([("web", [])], definition: "bbbbbbbb")
        try log.move(0, "web", .planned)
        log.create(1, "web", env: ["A": "2"])
        try log.move(2, "web", .createBegan, .failed, failure: Failure(.engineError, phase: .create, summary: "x"))
        let failure = try #require(PostMortem(log.own, earlier: good.facts)?.failures.first)
        #expect(
            failure.changes.map(\.words) == [
                "env.A was \"1\" in run 6, in which it worked; now \"2\"",
                "definition was \"aaaaaa\" in run 6, in which it worked; now \"bbbbbb\"",
            ])
    }

    @Test("B53: a run in which the service ran and then failed is none that worked") func ranThenFailed() throws {
        var good = HistoryFacts(run: 6)
        good.start([("web", [])])
        try good.startNew(0, 10, "web", env: ["A": "1"])
        var bad = HistoryFacts(run: 7, after: good)
        bad.start([("web", [])])
        try bad.startNew(0, 10, "web", env: ["A": "2"])
        try bad.move(20, "web", .failed, failure: Failure(.exitedNonzero, phase: .postStart, summary: "exited with 126", exitCode: 126))
        var log = HistoryFacts(run: 8, after: bad)
        log.start([("web", [])])
        try log.move(0, "web", .planned)
        log.create(1, "web", env: ["A": "3"])
        try log.move(2, "web", .createBegan, .failed, failure: Failure(.engineError, phase: .create, summary: "x"))
        let failure = try #require(PostMortem(log.own, earlier: bad.facts)?.failures.first)
        #expect(failure.lastWorkingRun == 6)
        #expect(failure.changes.first?.words == "env.A was \"1\" in run 6, in which it worked; now \"3\"")
    }

    @Test("a definition that did not change says so by having no changes") func unchanged() throws {
        var good = HistoryFacts(run: 6)
        good.start([("web", [])])
        try good.startNew(0, 10, "web", env: ["A": "1"])
        var log = HistoryFacts(run: 7, after: good)
        log.start([("web", [])])
        try log.move(0, "web", .planned)
        log.create(1, "web", env: ["A": "1"])
        try log.move(2, "web", .createBegan, .failed, failure: Failure(.engineError, phase: .create, summary: "x"))
        let failure = try #require(PostMortem(log.own, earlier: good.facts)?.failures.first)
        #expect(failure.changes.isEmpty && failure.lastWorkingRun == 6)
    }

    @Test("B28, B53: one that runs on without what it needs is told so; one that was given up while it was pinged did start")
    func withoutDependency() throws {
        var log = HistoryFacts()
        log.start([("db", []), ("app", ["db"]), ("web", ["db"])])
        try log.startNew(0, 1, "db")
        try log.startNew(1, 2, "app")
        try log.move(2, "web", .planned, .createBegan, .containerCreated, .startBegan, .containerStarted)
        try log.move(5, "db", .failed, failure: Failure(.exitedNonzero, phase: .ping, summary: "exited with 1", exitCode: 1))
        try log.move(6, "web", .blocked)
        log.finish(9, .failed)
        let report = try #require(PostMortem(log.facts, earlier: []))
        #expect(report.runningWords == ["app (needs db, which failed)"])
        #expect(report.verdict == "db exited with 1; web was given up because of it")
    }

    @Test("B50: a killed run ended with the last thing it recorded, not when a later one settled it")
    func settledLater() throws {
        var log = HistoryFacts()
        log.start([("db", [])])
        try log.move(1000, "db", .planned, .createBegan)
        let last = try #require(log.facts.last?.at)
        try log.move(90_000, "db", .interrupted)
        log.finish(90_000, .crashed, settledBy: 2)
        #expect(RunSummary(log.facts, isAtWork: false)?.finishedAt == last)
    }
}
