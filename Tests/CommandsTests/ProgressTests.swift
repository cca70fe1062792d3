import Reconciler
import Testing

@testable import Commands

@Suite("Progress") struct ProgressTests {
    private func failedStart() throws -> FactScript {
        var log = FactScript()
        log.start([("appdb", []), ("python-todo", ["appdb"]), ("web", ["python-todo"])])
        try log.move(1, "web", .planned)
        try log.move(1, "python-todo", .planned)
        try log.move(1, "appdb", .planned)
        log.create(4, "appdb")
        try log.move(5, "appdb", .createBegan, .containerCreated, .startBegan)
        try log.move(412, "appdb", .containerStarted)
        log.add(2000, "appdb", HookFinished(hook: .ping, outcome: .succeeded, seconds: 1.6, attempts: 16))
        try log.move(2001, "appdb", .pingSucceeded)
        log.create(2002, "python-todo")
        try log.move(2003, "python-todo", .createBegan, .containerCreated, .startBegan, .containerStarted)
        log.add(2100, "python-todo", PingChanged(attempt: 1, succeeded: false, error: "connection refused\u{1B}[2J"))
        return log
    }

    @Test("plain progress is one line an event, each with its time") func plain() throws {
        var log = try failedStart()
        try log.move(2900, "python-todo", .failed, failure: Failure(.exitedNonzero, phase: .ping, summary: "exited with 1", exitCode: 1))
        try log.move(2901, "web", .blocked, because: ["python-todo"])
        log.finish(2950, .failed)
        var story = PlainStory()
        let lines = log.facts.compactMap { story.line($0) }
        #expect(
            lines == [
                "+0.000 demo start run 7", "+0.004 appdb create_container: no container exists", "+0.006 appdb created",
                "+0.412 appdb started", "+2.001 appdb running (ping 1.6 s)", "+2.002 python-todo create_container: no container exists",
                "+2.004 python-todo created", "+2.006 python-todo started", "+2.100 python-todo ping 1: connection refused",
                "+2.900 python-todo failed: exited with 1", "+2.901 web blocked: needs python-todo",
            ])
    }

    @Test("B25: in plain progress a long pull shows every ten seconds that it goes on, and nothing more often") func remarks() throws {
        var log = FactScript()
        var story = PlainStory()
        #expect(story.remark(of: "db", "a1 Downloading 3 %", at: 60) == nil)
        log.start([("db", [])])
        try log.move(100, "db", .planned, .pullBegan)
        log.add(102, "db", StepIntended(step: .pullImage, cause: "it is not here", target: "db:1"), operation: "p")
        for fact in log.facts { _ = story.line(fact) }
        let told = stride(from: 1.0, through: 31.0, by: 0.5).compactMap { story.remark(of: "db", "a1 Downloading\u{1B}[2J", at: $0) }
        #expect(told == ["+10.500 db a1 Downloading", "+20.500 db a1 Downloading", "+30.500 db a1 Downloading"])
    }

    @Test("a hook that took no time is not told: it is one that nobody wrote") func unwrittenHooks() throws {
        var log = FactScript()
        log.start([])
        try log.move(1, "a", .planned, .createBegan, .containerCreated, .startBegan, .containerStarted)
        log.add(2, "a", HookFinished(hook: .ping, outcome: .succeeded, seconds: 0.004, attempts: 1))
        try log.move(3, "a", .postStartBegan)
        log.add(4, "a", HookFinished(hook: .postStart, outcome: .succeeded, seconds: 0.25))
        try log.move(5, "a", .postStartFinished)
        var story = PlainStory()
        var view = LiveView()
        for fact in log.facts { view.apply(fact) }
        #expect(log.facts.compactMap { story.line($0) }.last == "+0.005 a running (post_start 0.3 s)")
        let line = try #require(view.lines(width: 100, height: nil, now: 0, frame: 0, paint: Paint(isOn: false)).last)
        #expect(line.contains("post_start ✔") && !line.contains("ping"), "\(line)")
    }

    @Test("what befalls a container beside the one a service runs in is not told as its own") func besideAnother() throws {
        var log = FactScript()
        log.start([])
        log.add(1, "a", StateChanged(from: .absent, to: .running, event: .foundRunning, containerID: "own"))
        for container in ["other", "own"] {
            log.add(2, "a", ContainerExited(containerID: container, exitCode: 137, oomKilled: false, error: nil, health: []))
        }
        var story = PlainStory()
        #expect(
            log.facts.compactMap { story.line($0) }.suffix(3) == [
                "+0.001 a already running", "+0.002 a its other container exited 137", "+0.002 a exited 137",
            ])
    }

    @Test("plain progress shows no secret of the context") func plainSecret() {
        var log = FactScript()
        log.start([])
        log.add(1, "a", ContextWritten(key: "token", value: .string("hunter2"), secret: true, hook: .postStart))
        var story = PlainStory()
        #expect(log.facts.compactMap { story.line($0) }.last == "+0.001 a context token = ******")
    }

    @Test("settling a killed run is told before the run's own beginning") func settling() {
        var killed = FactScript(run: 6)
        killed.finish(100, .crashed, settledBy: 7)
        var log = FactScript(run: 7, after: killed)
        log.start([])
        var story = PlainStory()
        #expect(log.facts.compactMap { story.line($0) } == ["run 6 had been killed; what it left is settled", "+0.000 demo start run 7"])
        var view = LiveView()
        for fact in log.facts { view.apply(fact) }
        #expect(view.lines(width: 80, height: nil, now: 0, frame: 0, paint: Paint(isOn: false)) == ["demo · start · run 7"])
    }

    @Test("live lines: one a service, with sign, word, time, cause and detail") func live() throws {
        let log = try failedStart()
        var view = LiveView()
        for fact in log.facts { view.apply(fact) }
        let lines = view.lines(width: 100, height: 24, now: view.latest + 100_000_000, frame: 4, paint: Paint(isOn: false))
        #expect(lines[0] == "demo · start · run 7")
        #expect(lines[1] == "  ✔ appdb        running       2.0 s   new container: none exists  ping ✔ 1.6 s")
        #expect(lines[2] == "  ⠼ python-todo  pinging       0.2 s   new container: none exists  connection refused")
        #expect(lines[3] == "  · web          waits                 for python-todo")
    }

    @Test("B58: live lines never exceed the terminal and never control it", arguments: [20, 40, 80, 200])
    func liveFits(width: Int) throws {
        var log = try failedStart()
        log.add(2200, "python-todo", PingChanged(attempt: 2, succeeded: false, error: String(repeating: "日本\u{202E}", count: 80)))
        var view = LiveView()
        for fact in log.facts { view.apply(fact) }
        view.remark(service: "web", "\u{1B}]0;title\u{07} 12 %")
        let lines = view.lines(width: width, height: 24, now: view.latest, frame: 0, paint: Paint(isOn: false))
        #expect(lines.count == 4)
        for line in lines {
            #expect(DisplayWidth.of(line) <= width)
            #expect(!line.unicodeScalars.contains(where: SafeText.isControl))
        }
    }

    @Test("a low terminal shows what moves and counts the rest; the last picture shows all") func liveIsLow() throws {
        let log = try failedStart()
        var view = LiveView()
        for fact in log.facts { view.apply(fact) }
        let paint = Paint(isOn: false)
        let low = view.lines(width: 80, height: 3, now: view.latest, frame: 0, paint: paint)
        #expect(low.count == 3)
        #expect(low[1].contains("python-todo") && low[2] == "  … 2 more")
        #expect(view.lines(width: 80, height: nil, now: view.latest, frame: 0, paint: paint).count == 4)
    }

    @Test("a failed service stays failed while its container is cleared away") func failedStays() throws {
        var log = try failedStart()
        try log.move(2900, "python-todo", .failed, failure: Failure(.exitedNonzero, phase: .ping, summary: "exited with 1", exitCode: 1))
        try log.move(2901, "python-todo", .stopBegan, .containerStopped, .removeBegan, .containerRemoved)
        var view = LiveView()
        for fact in log.facts { view.apply(fact) }
        let lines = view.lines(width: 100, height: nil, now: view.latest, frame: 0, paint: Paint(isOn: false))
        #expect(lines[2].hasPrefix("  ✘ python-todo  failed        0.9 s   exited with 1"))
    }

    @Test("colour is only added, never needed") func colour() throws {
        let log = try failedStart()
        var view = LiveView()
        for fact in log.facts { view.apply(fact) }
        let plain = view.lines(width: 100, height: nil, now: view.latest, frame: 0, paint: Paint(isOn: false))
        let painted = view.lines(width: 100, height: nil, now: view.latest, frame: 0, paint: Paint(isOn: true))
        #expect(painted != plain)
        #expect(painted.map(SafeText.line) == plain)
    }
}
