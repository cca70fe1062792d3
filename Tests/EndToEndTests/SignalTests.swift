import DockerClient
import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// A service that is ready when the file `ready` is there, and says at each ping that it was asked.
private let waiting = """
    import Glibc
    struct First: Service {
        let name = "first"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
    }
    struct Waiting: Service {
        let name = "waiting"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        let dependencies = ["first"]
        func ping(_ container: Container) async throws -> Bool {
            let post = open("pinged", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            if post >= 0 { write(post, "p", 1); close(post) }
            return access("ready", F_OK) == 0
        }
        func postStart(_ container: Container) async throws { Context["primed"] = "yes" }
    }
    struct Last: Service {
        let name = "last"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        let dependencies = ["waiting"]
    }
    """

private struct Run: Decodable {
    var run: Int
    var outcome: String
    var signal: String?
}

@Suite struct SignalTests {
    @Test("B50: an interrupted start exits with 130 also when it had settled a killed one before")
    func afterKilled() async throws {
        try await withWorkshop(waiting, list: "First(), Waiting()") { shop in
            let post = try shop.signalPost("pinged")
            let killed = try shop.launch(["start"], name: "killed-")
            try post.await()
            killed.send(SIGKILL)
            _ = try killed.wait()
            let start = try shop.launch(["start"], name: "second-")
            // Pings of the killed one may still be unread: not before this one has its own run.
            try await eventually("the second start is at work") {
                try shop.decoded(shop.miniboss("history", "--json"), as: [Run].self).map(\.outcome) == ["running", "crashed"]
            }
            start.send(SIGINT)
            #expect(try start.wait().code == 130)
        }
    }

    @Test(
        "B50, B53: a signal ends a start in good order, the ledger knows, and the next start goes on where it stopped",
        arguments: [(SIGINT, "SIGINT", 130), (SIGTERM, "SIGTERM", 143), (SIGHUP, "SIGHUP", 143)])
    func interrupted(signal: Int32, name: String, code: Int32) async throws {
        try await withWorkshop(waiting, list: "First(), Waiting(), Last()") { shop in
            let post = try shop.signalPost("pinged")
            let start = try shop.launch(["start"])
            try post.await()
            start.send(signal)
            let finished = try start.wait()
            #expect(finished.code == code, "\(finished.errors)")
            #expect(finished.output.contains("interrupted by \(name)") && finished.output.contains("goes on where it stopped"))

            let runs: [Run] = try shop.decoded(shop.miniboss("history", "--json"))
            #expect(runs.map(\.outcome) == ["interrupted"] && runs.map(\.signal) == [name])
            let report: PostMortemReport = try shop.decoded(shop.miniboss("postmortem", "--json"))
            #expect(report.verdict.contains("was interrupted by \(name)"), "\(report.verdict)")
            let failure = report.failures.first { $0.service == "waiting" }
            #expect(failure?.failureClass == "interrupted" && failure?.phase == "ping")
            #expect(failure?.hint == "`miniboss start` goes on where it stopped")
            let doctor = try shop.miniboss("doctor")
            #expect(doctor.code == 0 && doctor.output.contains("every link of the chain holds"), "\(doctor.output)")

            let container = try await shop.container("waiting")?.id
            #expect(container != nil)
            try shop.write("ready", "")
            let again = try shop.miniboss("start")
            #expect(again.code == 0, "\(again.errors)")
            #expect(try await shop.container("waiting")?.id == container)
            #expect(try await shop.container("last")?.state.running == true)
            #expect(try shop.miniboss("context", "primed").output == "yes\n")
        }
    }

    @Test("B56: a second interrupt leaves at once, and the next command settles what it left")
    func second() async throws {
        let stubborn = """
            struct Stubborn: Service {
                let name = "stubborn"
                let image = testImage
                let volumes = [".:/shop"]
                let cmd = ["sh", "-c", "trap 'echo t > /shop/told' TERM; echo r > /shop/told; while :; do sleep 1 & wait; done"]
            }
            """
        try await withWorkshop(stubborn, list: "Stubborn()") { shop in
            let post = try shop.signalPost("told")
            #expect(try shop.miniboss("start").code == 0)
            try post.await()
            try post.await()
            let stop = try shop.launch(["stop", "--timeout", "600"])
            // The engine has sent the signal, and now waits for ten minutes.
            try post.await()
            stop.send(SIGINT)
            // The second ends it before a slow disk may have the first.
            try await eventually("the first is recorded") { try shop.miniboss("history", "2", "--json").output.contains("run.interrupted") }
            let finished = try stop.wait(sending: SIGINT)
            #expect(finished.code == 130)
            #expect(try await shop.container("stubborn")?.state.running == true)
            #expect(try shop.miniboss("doctor").code == 0)
            let runs: [Run] = try shop.decoded(shop.miniboss("history", "--json"))
            #expect(runs.map(\.outcome) == ["interrupted", "succeeded"] && runs.first?.signal == "SIGINT")
            let plan = try shop.miniboss("plan")
            #expect(plan.code == 2 && plan.output.contains("1 stop_container  stubborn  run 2 was stopping it"), "\(plan)")
            #expect(plan.output.contains("2 start_container stubborn"), "\(plan)")

            let docker = try Docker(environment: ProcessInfo.processInfo.environment)
            _ = try await docker.killContainer(
                #require(try await shop.container("stubborn")?.id))
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try await shop.container("stubborn") == nil)
            let settled: [Run] = try shop.decoded(shop.miniboss("history", "--json"))
            #expect(settled.map(\.outcome) == ["succeeded", "interrupted", "succeeded"] && settled[1].signal == "SIGINT")
            #expect(try shop.miniboss("history", "2").output.contains("settled by run 3"))
        }
    }

    @Test("B50: an interrupt is heeded while an engine that never answers is waited for")
    func silentEngine() async throws {
        try await withWorkshop(waiting, list: "First()") { shop in
            let path = "\(shop.directory)/silent.sock"
            let listener = try unixListener(path)
            defer { Glibc.close(listener) }
            let start = try shop.launch(["start"], variables: ["DOCKER_HOST": "unix://\(path)"])
            // It waits from here on: its connection is there, and nobody answers.
            let peer = accept(listener, nil, nil)
            defer { Glibc.close(peer) }
            try #require(peer >= 0)
            start.send(SIGINT)
            let finished = try start.wait()
            #expect(finished.code == 130 && !finished.output.contains("0 of 0"), "\(finished)")
            #expect(try shop.miniboss("history").output.contains("interrupted"))
            let story = try shop.miniboss("history", "1", "--json").output
            let order = ["run.started", "run.interrupted", "run.finished"].map { story.firstRange(of: "\"\($0)\"")?.lowerBound }
            #expect(order.allSatisfy { $0 != nil } && order.compactMap { $0 } == order.compactMap { $0 }.sorted(), "\(story)")
        }
    }

    @Test("B50, B56: a start that is killed while the engine does not answer is in the history as crashed")
    func killedBeforeAnAnswer() async throws {
        try await withWorkshop(waiting, list: "First()") { shop in
            let path = "\(shop.directory)/silent.sock"
            let listener = try unixListener(path)
            defer { Glibc.close(listener) }
            let start = try shop.launch(["start"], variables: ["DOCKER_HOST": "unix://\(path)"], name: "start-")
            try await eventually("the start is in the history") { try shop.miniboss("history", "--json").output.contains("running") }
            start.send(SIGKILL)
            _ = try start.wait()
            #expect(try shop.decoded(shop.miniboss("history", "--json"), as: [Run].self).map(\.outcome) == ["crashed"])
            #expect(try shop.miniboss("start").code == 0)
            #expect(try shop.decoded(shop.miniboss("history", "--json"), as: [Run].self).map(\.outcome) == ["succeeded", "crashed"])
        }
    }

    @Test("B43: an interrupt while an image is built ends the build and the command, and leaves the old container")
    func interruptedBuild() async throws {
        let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
        try await withWorkshop("", list: "A()") { shop in
            let image = "\(shop.group)-slow:1"
            try shop.write("Dockerfile", "FROM \(base)\nCOPY speed /\nRUN sleep $(cat /speed)\n")
            try shop.write("speed", "0")
            let service = sleeper("a", more: "let buildFromDirectory = \".\"").replacing("testImage", with: "\"\(image)\"")
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("@main", with: service + "@main"))
            #expect(try shop.miniboss("start").code == 0)
            let before = try await shop.container("a")?.id
            try shop.write("speed", "1000")
            let reload = try shop.launch(["reload", "a"], name: "reload-")
            let docker = try Docker(environment: ProcessInfo.processInfo.environment)
            func isBuilding() async throws -> Bool {
                for container in try await docker.listContainers() {
                    guard let command = try? await docker.inspectContainer(container.id).config.cmd else { continue }
                    if command.joined().contains("cat /speed") { return true }
                }
                return false
            }
            try await eventually("the build is at work") { try await isBuilding() }
            reload.send(SIGINT)
            let ended = try reload.wait()
            #expect(ended.code == 130, "\(ended)")
            let container = try await shop.container("a")
            #expect(container?.id == before && container?.state.running == true)
            // What ran for the build is gone with it.
            try await eventually("the build's container is gone") { try await !isBuilding() }
            _ = try shop.miniboss("stop", "--remove")
            _ = try await docker.removeImage(image, force: true)
        }
    }

    @Test("a start that was stopped for longer than its deadline goes on as if nothing had been")
    func suspended() async throws {
        try await withWorkshop(waiting, list: "First(), Waiting(), Last()") { shop in
            let post = try shop.signalPost("pinged")
            let start = try shop.launch(["start", "--timeout", "2"], isJob: true, name: "start-")
            try post.await()
            start.send(SIGTSTP)
            try start.waitUntilStopped()
            // Readers do not wait for it, and another writer is told who is in its way.
            let runs: [Run] = try shop.decoded(shop.miniboss("history", "--json"))
            #expect(runs.map(\.outcome) == ["running"])
            let other = try shop.miniboss("stop")
            let held = "miniboss: another miniboss is at work on group \"\(shop.group)\": `start`, pid \(start.pid), for "
            #expect(other.code == 75 && other.errors.hasPrefix(held), "\(other.errors)")
            #expect(try shop.miniboss("start").code == 75)
            #expect(try shop.miniboss("run", "first", "--", "true").code == 75)
            let exec = try shop.miniboss("exec", "first", "--", "true")
            #expect(exec.code == 75 && exec.errors.contains("`docker exec -it miniboss-\(shop.group)_first …`"), "\(exec.errors)")
            #expect(other.errors.contains("  Wait for it, or end it with `kill -INT \(start.pid)`;"), "\(other.errors)")
            // The time that passes is what this is about.
            sleep(3)
            try shop.write("ready", "")
            start.send(SIGCONT)
            let finished = try start.wait()
            #expect(finished.code == 0, "\(finished.errors)")
            #expect(finished.output.contains("started 3 of 3"))
        }
    }

    @Test("B58: a reader that goes away is no error, and what became of a run is still told by its exit code")
    func brokenPipe() async throws {
        let failing = """
            struct Bad: Service {
                let name = "bad"
                let image = testImage
                let cmd = ["sh", "-c", "exit 3"]
                let readiness = Readiness.exec("false")
            }
            """
        try await withWorkshop(failing, list: "Bad()") { shop in
            #expect(try shop.piped("start --progress plain 2>&1", into: "head -1").code == 1)
            for command in ["history 1", "history 1 --json", "postmortem", "--help"] {
                let piped = try shop.piped(command, into: "head -1")
                #expect(piped.code == 0 && piped.errors.isEmpty, "\(command): \(piped)")
                // Nobody reads from the first byte on.
                let closed = try shop.piped(command, into: "true")
                #expect(closed.code == 0 && closed.errors.isEmpty, "\(command): \(closed)")
            }
        }
    }

    @Test("closed standard streams do not become the ledger or a socket")
    func closedStreams() async throws {
        try await withWorkshop(waiting, list: "First(), Waiting(), Last()") { shop in
            let post = try shop.signalPost("pinged")
            let start = try shop.launch(["start"], isBare: true)
            try post.await()
            for descriptor in 0...2 {
                let target = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(start.pid)/fd/\(descriptor)")
                #expect(target == "/dev/null")
            }
            try shop.write("ready", "")
            #expect(try start.wait().code == 0)
            #expect(try shop.launch(["history"], isBare: true).wait().code == 0)
            let doctor = try shop.miniboss("doctor")
            #expect(doctor.code == 0 && doctor.output.contains("every link of the chain holds"), "\(doctor.output)")
        }
    }

    @Test("without HOME everything works; the definition is then compiled anew each time")
    func homeless() async throws {
        try await withWorkshop(waiting, list: "First()") { shop in
            let bare: [String: String?] = ["HOME": nil, "XDG_CACHE_HOME": nil, "XDG_CONFIG_HOME": nil, "USER": nil]
            let start = try shop.launch(["start"], variables: bare).wait()
            #expect(start.code == 0, "\(start.errors)")
            #expect(start.errors.contains("compiled for this run alone"))
            #expect(try shop.launch(["history"], variables: bare).wait().code == 0)
            #expect(try shop.launch(["stop", "--remove"], variables: bare).wait().code == 0)
        }
    }

    @Test("on a terminal of 20 columns no line is longer; a dumb terminal gets no control sequence")
    func terminals() async throws {
        try await withWorkshop(waiting, list: "First()") { shop in
            let live = try shop.onTerminal("start", columns: 20, term: "xterm")
            #expect(live.contains("\u{1B}["))
            for command in ["stop", "start", "history", "history 1", "status", "postmortem 1", "replay 1", "diff 1 2", "plan", "doctor"] {
                let shown = try shop.onTerminal(command, columns: 20, term: "dumb")
                #expect(!shown.isEmpty && !shown.contains("\u{1B}"), "\(command)")
                for line in shown.split(whereSeparator: \.isNewline) { #expect(line.count <= 20, "\(command): \(line)") }
            }
        }
    }
}

extension LaunchedProgram {
    /// Waits for its end while it is sent a signal again and again.
    fileprivate func wait(sending signal: Int32) throws -> Finished {
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0, info.si_signo == 0 {
            send(signal)
            usleep(20_000)
        }
        return try wait()
    }
}

extension Workshop {
    /// `miniboss COMMAND | READER`, with the exit code of the first.
    fileprivate func piped(_ command: String, into reader: String) throws -> Finished {
        try shell("'\(program)' \(command) | \(reader); exit ${PIPESTATUS[0]}")
    }

    /// What a command writes to a terminal.
    func onTerminal(_ command: String, columns: Int, term: String, setting: String = "") throws -> String {
        try write("typed", "stty cols \(columns) rows 10; exec '\(program)' \(command)")
        _ = try shell("\(setting) TERM=\(term) script -qec 'bash typed' transcript")
        // `script` writes a line before and one after what it saw; the terminal makes a carriage return of each line end.
        let lines = try read("transcript").replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        return lines.dropFirst().prefix { !$0.hasPrefix("Script done") }.joined(separator: "\n")
    }
}
