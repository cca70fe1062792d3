import Reconciler
import Testing

@testable import Commands
@testable import Orchestrator

@Suite("Output") struct OutputTests {
    private func failedStart() throws -> FactScript {
        var log = FactScript()
        log.start([("appdb", []), ("python-todo", ["appdb"]), ("web", ["python-todo"])], arguments: ["--timeout", "5"])
        try log.startNew(0, 400, "appdb")
        try log.move(401, "web", .planned)
        try log.move(401, "python-todo", .planned)
        log.create(401, "python-todo")
        try log.move(402, "python-todo", .createBegan, .containerCreated, .startBegan, .containerStarted)
        log.add(899, "python-todo", LogsCaptured(containerID: "c0ffee", lines: ["Traceback\u{1B}[31m", "KeyError: 'DB_URI'"]))
        try log.move(
            900, "python-todo", .failed,
            failure: Failure(
                .exitedNonzero, phase: .ping, summary: "exited with 1 after 0.5 s, while GET :8080/ was being tried", exitCode: 1,
                lastPingError: "connection refused", attempts: 5, seconds: 0.5))
        try log.move(901, "web", .blocked, because: ["python-todo"])
        log.finish(910, .failed)
        return log
    }

    @Test("B50: history --json has the contract's keys in its order") func historyJSON() throws {
        let run = try #require(RunSummary(failedStart().facts, isAtWork: false))
        let text = JSON(run).text
        #expect(
            text.hasPrefix(
                #"{"run":7,"command":"start","arguments":["--timeout","5"],"started_at":"2025-11-24T13:02:00.000000000Z","#
                    + #""finished_at":"2025-11-24T13:02:00.000000000Z","outcome":"failed","services":["#
                    + #"{"service":"appdb","outcome":"started","seconds":0.399},"#
                    + #"{"service":"python-todo","outcome":"failed","seconds":0.497,"class":"exited_nonzero","#))
        #expect(text.contains(#"{"service":"web","outcome":"blocked","seconds":0.0,"because":["python-todo"]}"#))
        var open = FactScript()
        open.start([])
        #expect(JSON(try #require(RunSummary(open.facts, isAtWork: true))).text.contains(#""finished_at":null,"outcome":"running""#))
    }

    @Test("B51: history RUN --json has one object an event, bodies as in the ledger, secrets masked") func eventJSON() throws {
        var log = FactScript()
        log.start([])
        log.add(5, "appdb", ContextWritten(key: "token", value: .string("hunter2"), secret: true, hook: .postStart))
        let text = JSON(try #require(log.facts.last)).text
        #expect(
            text.hasPrefix(
                #"{"seq":2,"run":7,"at":"2025-11-24T13:02:00.000000000Z","service":"appdb","type":"context.written","#
                    + #""body":{"hook":"post_start","key":"token","secret":true,"value":"******"}"#))
        #expect(JSON(log.facts[0]).text.contains(#""service":null,"type":"run.started""#))
        #expect(JSON.array([1, 2]).lines == "[\n  1,\n  2\n]")
        #expect(JSON.array([]).lines == "[]")
    }

    @Test("B53: postmortem --json has the contract's keys, nulls included") func postMortemJSON() throws {
        let report = try #require(PostMortem(failedStart().facts, earlier: []))
        let text = JSON(report).text
        #expect(
            text.hasPrefix(
                #"{"run":7,"failures":[{"service":"python-todo","class":"exited_nonzero","summary":"exited with 1 after 0.5 s, while GET :8080/ was being tried","#
                    + #""phase":"ping","exit_code":1,"oom_killed":false,"last_ping_error":"connection refused","seconds":0.5,"#
                    + #""log_tail":["Traceback\u001b[31m","KeyError: 'DB_URI'"],"hint":"#))
        #expect(text.contains(#""blocked":[{"service":"web","because":["python-todo"]}]"#))
        var none = FactScript()
        none.start([("a", [])])
        try none.move(1, "a", .planned, .pullBegan)
        try none.move(2, "a", .failed, failure: Failure(.imageNotFound, phase: .pull, summary: "x"))
        let second = JSON(try #require(PostMortem(none.facts, earlier: []))).text
        #expect(second.contains(#""exit_code":null,"oom_killed":false,"last_ping_error":null"#))
    }

    @Test("status and plan have the contract's keys") func statusJSON() {
        let status = ServiceStatus(
            service: "web", state: "running", desired: "running", containerID: nil, containerName: "x", image: "web:1",
            ports: [PortMapping(container: 80, host: 8080)], differences: [Difference(field: "env.A", desired: nil, actual: "1")],
            reason: "")
        #expect(
            JSON(status).text
                == #"{"service":"web","state":"running","desired":"running","container_id":null,"container_name":"x","image":"web:1","#
                + #""ports":[{"container":80,"host":8080}],"differences":[{"field":"env.A","desired":null,"actual":"1"}],"reason":""}"#)
        let step = PlanStep(
            id: 1, kind: .createContainer, service: "web", cause: "no container exists", after: [], target: .newContainer(name: "demo-web"))
        #expect(JSON(step).text.hasPrefix(#"{"id":1,"step":"create_container","service":"web","cause":"no container exists","after":[]"#))
    }

    @Test("plan: a line a step with its cause, and what has nothing to do") func planText() {
        let plan = Plan(
            steps: [
                PlanStep(
                    id: 1, kind: .createContainer, service: "todo", cause: "replaced: env.MODE \"one\" → \"two\"", after: [],
                    target: .newContainer(name: "demo-todo")),
                PlanStep(
                    id: 2, kind: .startContainer, service: "todo", cause: "new container", after: [1],
                    target: .newContainer(name: "demo-todo")),
            ],
            outlooks: [
                ServiceOutlook(service: "appdb", disposition: .untouched, cause: ""),
                ServiceOutlook(service: "todo", disposition: .replaced, cause: ""),
            ])
        #expect(
            PlanText(plan: plan, width: nil, json: false).lines == [
                "1 create_container todo  replaced: env.MODE \"one\" → \"two\"", "2 start_container  todo  new container (after 1)",
                "appdb: nothing to do",
            ])
        #expect(PlanText(plan: Plan(), width: nil, json: false).lines == ["nothing to do"])
        var left = Plan()
        left.former = ["cache"]
        #expect(
            PlanText(plan: left, width: nil, json: false).lines
                == ["cache: it is no longer in the definition and still runs; `miniboss stop` ends it"])
        #expect(PlanText(plan: Plan(), width: nil, json: true).text == "[]\n")
    }

    @Test("a failed start prints what, evidence, cause, what it blocked and what to do", arguments: [nil, 40, 80])
    func shortPostMortem(width: Int?) throws {
        let log = try failedStart()
        let end = RunEnd(run: 7, outcome: .failed, nothingToDo: false, seconds: 0.91, facts: log.facts)
        let lines = RunEndText(group: "demo", end: end, paint: Paint(isOn: false), width: width).lines(earlier: [])
        if let width {
            #expect(lines.allSatisfy { DisplayWidth.of($0) <= width })
        } else {
            #expect(
                lines == [
                    "✘ python-todo exited with 1 after 0.5 s, while GET :8080/ was being tried; web never started because of it",
                    "    python-todo | Traceback",
                    "    python-todo | KeyError: 'DB_URI'",
                    "  because   its process ended by itself (exit code 1: an error of the program's own)",
                    "  blocked   web (needs python-todo)", "  running   appdb",
                    "  next      read its last log lines; what it was given stands in Python-todo (Miniboss.swift:24); "
                        + "everything known: `miniboss postmortem 7`",
                ])
        }
        #expect(lines.joined(separator: " ").contains("everything"))
    }

    @Test("B19: a start with nothing to do says so; one that did something says how long and where to look") func startSummary() throws {
        var idle = FactScript()
        idle.start([("a", []), ("b", [])])
        try idle.move(1, "a", .foundRunning)
        try idle.move(1, "b", .foundRunning)
        idle.finish(40, .succeeded)
        let nothing = RunEnd(run: 7, outcome: .succeeded, nothingToDo: true, seconds: 0.048, facts: idle.facts)
        let paint = Paint(isOn: false)
        #expect(
            RunEndText(group: "demo", end: nothing, paint: paint, width: nil).lines(earlier: [])
                == ["demo: 2 of 2 already running, nothing to do (48 ms)"])
        var busy = FactScript()
        busy.start([("a", []), ("b", ["a"]), ("c", [])])
        try busy.move(1, "c", .foundRunning)
        try busy.startNew(0, 1000, "a")
        try busy.startNew(1000, 4400, "b")
        busy.finish(4400, .succeeded, error: "on_start_services threw: x")
        let done = RunEnd(run: 7, outcome: .succeeded, nothingToDo: false, seconds: 4.4, facts: busy.facts)
        #expect(
            RunEndText(group: "demo", end: done, paint: paint, width: nil).lines(earlier: []) == [
                "started 2 of 3 (1 already running) in 4.4 s · critical path a → b · miniboss history 7",
                "  but       on_start_services threw: x",
            ])
        let json = RunEndText(group: "demo", end: done, paint: paint, width: nil).json(earlier: []).text
        #expect(json.hasPrefix(#"{"run":7,"outcome":"succeeded","services":[{"service":"a","outcome":"started","seconds":0.999}"#))
    }

    @Test("the table of runs says the outcome first with a sign and a word, then each service") func historyTable() throws {
        let run = try #require(RunSummary(failedStart().facts, isAtWork: false))
        let lines = HistoryText(paint: Paint(isOn: false), width: nil).table([run], now: .now)
        #expect(lines[0].hasPrefix("RUN  COMMAND"))
        #expect(lines[1].contains("  7  start --timeout 5  "))
        #expect(lines[1].hasSuffix("0.9 s  ✘ failed  appdb ✔ 0.4  python-todo ✘ exited 1 (ping)  web blocked"))
        for width in [20, 80] {
            #expect(
                HistoryText(paint: Paint(isOn: false), width: width).table([run], now: .now).allSatisfy { DisplayWidth.of($0) <= width })
        }
    }

    @Test("the last column of a table is whole at any width: beside the others, or below them", arguments: [20, 40, 80, 100, 400])
    func wholeLastColumn(width: Int) {
        var table = TextTable(header: ["SERVICE", "IMAGE", "WHY"], wraps: true)
        let why = "replaced: env.MODE one to two; ports 80 to 81; the network it was on is gone"
        table.rows = [["python-todo", "registry.example/todo:latest", why], ["db", "postgres:15", ""]]
        let lines = table.lines(width: width)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= width }, "\(lines)")
        let words = lines.joined(separator: " ").split(separator: " ")
        #expect(why.split(separator: " ").allSatisfy(words.contains), "\(lines)")
        #expect(lines.first?.hasPrefix("SERVICE") == true)
        if width == 400 { #expect(lines.count == 3) }
    }

    @Test("B51: the story of a run stands in columns, filtered lines keep the run's time") func story() throws {
        let log = try failedStart()
        let text = HistoryText(paint: Paint(isOn: false), width: nil)
        let all = text.story(log.facts)
        #expect(all.count == log.facts.count + 1)
        #expect(all.last == "▸ critical path: appdb 0.4 s → python-todo 0.5 s")
        #expect(all.count { $0.dropFirst(6).hasPrefix("▸ appdb") } == all.count { $0.dropFirst(8).hasPrefix("appdb") })
        #expect(all.contains { $0.dropFirst(6).hasPrefix("▸ python-todo") })
        #expect(all[0].hasPrefix("+0.000  run          started by `miniboss start --timeout 5`"))
        let some = text.story(log.facts) { $0.service == "web" }
        #expect(some.map { $0.hasPrefix("+0.401  web") || $0.hasPrefix("+0.901  web") } == [true, true])
    }

    @Test("B51: a wall clock that was set, or a machine that slept, is told of where it was") func clockSteps() throws {
        var log = FactScript()
        log.start([("a", [])])
        log.add(70_000, "a", NoteTaken(text: "one"))
        log.setClock(by: -3600)
        log.add(71_000, "a", NoteTaken(text: "two"))
        log.setClock(by: 9 * 3600)
        log.finish(72_000, .succeeded)
        #expect(ClockStep.all(in: log.facts).map(\.after) == [2, 3])
        #expect(
            HistoryText(paint: Paint(isOn: false), width: nil).story(log.facts).suffix(2) == [
                "! the clock was set back by 60 min 0 s after event 2; the times here are those that passed",
                "! the clock went on by 9 h 0 min after event 3 while nothing was done: it was set, or the machine slept",
            ])
        var run = try #require(RunSummary(log.facts, isAtWork: false))
        let earlier = run
        (run.run, run.startedAt) = (8, "2025-11-24T12:59:00.000000000Z")
        let table = HistoryText(paint: Paint(isOn: false), width: nil).table([run, earlier], now: .now)
        #expect(table.last == "! the clock was set back between run 7 and run 8: runs stand in the order in which they were made")
        #expect(try ClockStep.all(in: failedStart().facts) == [])
    }

    @Test(
        "the wall clock is told as one says it",
        arguments: [
            (CivilTime(year: 2025, month: 11, day: 24, hour: 14, minute: 2), "today 14:02"),
            (CivilTime(year: 2025, month: 11, day: 23, hour: 9, minute: 5), "yesterday 09:05"),
            (CivilTime(year: 2025, month: 3, day: 1, hour: 0, minute: 0), "1 Mar 00:00"),
            (CivilTime(year: 2024, month: 2, day: 29, hour: 0, minute: 0), "29 Feb 2024"),
        ])
    func clock(moment: CivilTime, words: String) {
        #expect(moment.words(now: CivilTime(year: 2025, month: 11, day: 24, hour: 20, minute: 0)) == words)
    }

    @Test("a moment of the ledger is read to the minute") func epoch() {
        #expect(CivilTime(utc: "2025-11-24T14:02:07.123456789Z")?.epoch == 1_763_992_920)
        #expect(CivilTime(utc: "1970-01-01T00:00:00Z")?.epoch == 0)
        #expect(CivilTime(utc: "nonsense") == nil)
    }

    @Test("B54: secrets of the context read ****** in every form") func contextShown() {
        let context = ContextValues(["id": .int(42), "token": .string("hunter2")], secretKeys: ["token"])
        #expect(JSON(.object(context.shown)).text == #"{"id":42,"token":"******"}"#)
    }

    @Test("doctor says what, and the mend under it") func doctor() {
        let finding = DoctorFinding("engine", .bad, "no Docker Engine answers", mend: "start it")
        #expect(
            finding.lines(paint: Paint(isOn: false), width: nil) == ["✘ engine      no Docker Engine answers", "              start it"])
        #expect(
            finding.json.text == #"{"check":"engine","ok":false,"state":"problem","finding":"no Docker Engine answers","mend":"start it"}"#)
    }

    @Test("B27: a container that could not be removed after its service's failure is told of, one that went at last is not")
    func leftBehind() throws {
        var log = FactScript()
        log.start([("a", []), ("b", [])])
        for service in ["a", "b"] {
            try log.move(5, service, .planned)
            try log.move(6, service, .failed, failure: Failure(.exitedNonzero, phase: .ping, summary: "exited with 1"))
            log.add(
                7, service, StepFailed(step: .removeContainer, target: "demo_\(service)", error: "busy", status: 500, seconds: 0.1))
        }
        log.add(8, "b", StepSucceeded(step: .removeContainer, target: "demo_b", result: nil, seconds: 0.1))
        log.add(9, nil, RunFinished(outcome: .failed))
        let report = try #require(PostMortem(log.facts, earlier: []))
        let text = PostMortemText(report: report, paint: Paint(isOn: false), width: 100)
        #expect(
            text.short.filter { $0.contains("could not be removed") } == ["  left      container demo_a, which could not be removed: busy"])
    }

    @Test("services that failed of the very same are told of once, those with something of their own each")
    func sameFailure() throws {
        var log = FactScript()
        log.start([("a", []), ("b", []), ("c", [])])
        for service in ["a", "b", "c"] {
            let held = Failure(.nameConflict, phase: .create, summary: "the network's name n is held", subject: "n")
            try log.move(5, service, .planned)
            if service == "c" { log.add(6, "c", LogsCaptured(containerID: "id", lines: ["its own"])) }
            try log.move(7, service, .failed, failure: held)
        }
        log.add(9, nil, RunFinished(outcome: .failed))
        let report = try #require(PostMortem(log.facts, earlier: []))
        let text = PostMortemText(report: report, paint: Paint(isOn: false), width: 100).short
        #expect(text.filter { $0.hasPrefix("✘") } == ["✘ a: the network's name n is held", "✘ c: the network's name n is held"])
        #expect(text.contains("  also      b: the same"))
        #expect(text.contains("    c | its own"))
    }
}
