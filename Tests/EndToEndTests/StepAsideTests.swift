import Glibc
import Reconciler
import TestSupport
import Testing

/// Commands in containers, which may be open all day, and others that work on the group meanwhile.
@Suite struct StepAsideTests {
    private static let service = """
        import Glibc
        struct A: Service {
            let name = "a"
            let image = testImage
            let cmd = "sleep 1000"
            let volumes = ["./:/shared"]
            let stopSignal = StopSignal.sigkill
        }
        struct B: Service {
            let name = "b"
            let image = testImage
            let cmd = "sleep 1000"
            func preStart() async throws {
                if let held = fopen("held", "re") { fgets(UnsafeMutablePointer<CChar>.allocate(capacity: 8), 8, held) }
            }
        }
        """
    /// Says that it is there, waits for a line, and ends with this code.
    private static func patient(_ code: Int) -> [String] {
        ["sh", "-c", "echo here > /shared/here; read line < /shared/go; exit \(code)"]
    }

    /// Starts `a` alone and opens a command in it.
    /// - Returns: the command, which is at work, and where it is told to end.
    private func openCommand(_ shop: Workshop, endingWith code: Int) throws -> (LaunchedProgram, go: SignalPost) {
        let here = try shop.signalPost("here")
        let go = try shop.signalPost("go")
        try #require(shop.miniboss("start", "--only", "a").code == 0)
        let shell = try shop.launch(["exec", "a", "--"] + Self.patient(code), name: "shell-")
        try here.await()
        return (shell, go)
    }

    private struct Run: Decodable, Equatable {
        var run: Int
        var command: String
        var outcome: String
    }

    private func history(_ shop: Workshop) throws -> [Run] { try shop.decoded(shop.miniboss("history", "--json")) }

    @Test("B50, B57: a command open in a container holds up nobody, and its run is running until it ends")
    func execHoldsUpNobody() async throws {
        try await withWorkshop(Self.service, list: "A()") { shop in
            let here = try shop.signalPost("here")
            let go = try shop.signalPost("go")
            try #require(shop.miniboss("start").code == 0)
            let shell = try shop.launch(["exec", "a", "--"] + Self.patient(3), name: "shell-")
            try here.await()
            #expect(try history(shop).map(\.outcome) == ["running", "succeeded"])
            #expect(try shop.miniboss("exec", "a", "--", "true").code == 0)
            let second = try shop.miniboss("start")
            #expect(second.code == 0 && second.output.contains("nothing to do"), "\(second)")
            #expect(try history(shop).map(\.outcome) == ["succeeded", "succeeded", "running", "succeeded"])
            try go.say()
            #expect(try shell.wait().code == 3)
            #expect(
                try history(shop) == [
                    Run(run: 4, command: "start", outcome: "succeeded"), Run(run: 3, command: "exec", outcome: "succeeded"),
                    Run(run: 2, command: "exec", outcome: "failed"), Run(run: 1, command: "start", outcome: "succeeded"),
                ])
            let events = try shop.miniboss("history", "2").output
            #expect(events.contains("exit 3"), "\(events)")
            #expect(try shop.miniboss("doctor").code == 0)
        }
    }

    @Test("B57: a command that ends while a start is at work is recorded when that start ends")
    func endsMeanwhile() async throws {
        try await withWorkshop(Self.service, list: "A(), B()") { shop in
            let (shell, go) = try openCommand(shop, endingWith: 5)
            let held = try shop.signalPost("held")
            let start = try shop.launch(["start"], name: "start-")
            try await eventually("the start is at work") { try history(shop).first?.command == "start" }
            try go.say()
            #expect(try shell.wait().code == 5)
            #expect(try history(shop).map(\.outcome) == ["running", "running", "succeeded"])
            try held.say()
            #expect(try start.wait().code == 0)
            #expect(try history(shop).map(\.outcome) == ["succeeded", "failed", "succeeded"])
            #expect(try shop.miniboss("history", "2").output.contains("exit 5"))
            #expect(try shop.miniboss("doctor").code == 0)
        }
    }

    /// Sends a signal to an exec whose command is at work, and lets the command end after `body`.
    private func cuttingOff(_ signal: Int32, _ body: (Workshop, Finished) throws -> Void) async throws {
        try await withWorkshop(Self.service, list: "A()") { shop in
            let here = try shop.signalPost("here")
            let go = try shop.signalPost("go")
            try #require(shop.miniboss("start").code == 0)
            let shell = try shop.launch(["exec", "a", "--"] + Self.patient(0), name: "shell-")
            try here.await()
            shell.send(signal)
            try body(shop, try shell.wait())
            try go.say()
        }
    }

    @Test("B56: a killed exec is crashed at once, and the next command says so")
    func killedExec() async throws {
        try await cuttingOff(SIGKILL) { shop, _ in
            #expect(try history(shop).map(\.outcome) == ["crashed", "succeeded"])
            #expect(try shop.miniboss("start").code == 0)
            #expect(try history(shop).map(\.outcome) == ["succeeded", "crashed", "succeeded"])
            let story = try shop.miniboss("history", "2").output
            #expect(story.contains("its command may still run in the container"), "\(story)")
        }
    }

    @Test("B52: an interrupted exec says that its command may go on, and history does not call it killed")
    func interruptedExec() async throws {
        try await cuttingOff(SIGTERM) { shop, ended in
            #expect(ended.code == 143 && ended.errors.contains("the command may still run in a's container"), "\(ended)")
            #expect(try shop.miniboss("start").code == 0)
            let story = try shop.miniboss("history", "2").output
            #expect(story.contains("its command may still run in the container") && !story.contains("killed"), "\(story)")
        }
    }

    @Test("B50: neither start nor stop takes away the container of a run that lives, and its command's end is recorded")
    func oneOff() async throws {
        try await withWorkshop(Self.service, list: "A()") { shop in
            let here = try shop.signalPost("here")
            let go = try shop.signalPost("go")
            try #require(shop.miniboss("start").code == 0)
            let job = try shop.launch(["run", "a", "--"] + Self.patient(4), name: "job-")
            try here.await()
            // The command may have spoken before its run let go of the lock.
            try await eventually("a start may go on beside it") { try shop.miniboss("start").code == 0 }
            #expect(try shop.miniboss("stop").code == 0)
            #expect(try history(shop).map(\.outcome) == ["succeeded", "succeeded", "running", "succeeded"])
            try go.say()
            #expect(try job.wait().code == 4)
            #expect(try history(shop).map(\.outcome) == ["succeeded", "succeeded", "failed", "succeeded"])
            let absent = try shop.miniboss("run", "a", "--", "/absent")
            #expect(absent.code == 127 && absent.errors.contains("`/absent` can't be run"), "\(absent)")
            #expect(try shop.miniboss("run", "a", "--", "/etc").code == 126)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try await shop.container("a") == nil)
        }
    }

    @Test("B50: what a killed start left half-way is that run's, and not that of a command which was open meanwhile")
    func killedBeside() async throws {
        try await withWorkshop(Self.service, list: "A(), B()") { shop in
            let (shell, go) = try openCommand(shop, endingWith: 0)
            let held = try shop.signalPost("held")
            let start = try shop.launch(["start"], name: "start-")
            try await eventually("the hook of the start is at work") {
                try shop.miniboss("history", "3").output.contains("pre_start begins")
            }
            start.send(SIGKILL)
            _ = try start.wait()
            try go.say()
            #expect(try shell.wait().code == 0)
            let exec = try shop.miniboss("history", "2").output
            #expect(!exec.contains("interrupted"), "\(exec)")
            try held.say()
            #expect(try shop.miniboss("start").code == 0)
            let killed = try shop.miniboss("history", "3").output
            #expect(killed.contains("b ") && killed.contains("interrupted") && killed.contains("miniboss was killed"), "\(killed)")
            #expect(try history(shop).map(\.outcome) == ["succeeded", "crashed", "succeeded", "succeeded"])
        }
    }
}
