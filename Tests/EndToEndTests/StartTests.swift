import DockerClient
import Glibc
import Testing

private let pair = """
    struct Base: Service {
        let name = "base"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        let env: Environment = ["MODE": "one", "TOKEN": .secret("hunter2-canary")]
        func postStart(_ container: Container) async throws {
            Context["greeting"] = try await container.exec("echo", "hello").output.trimmed
        }
    }
    struct Top: Service {
        let name = "top"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        let dependencies = ["base"]
        let env = ["GREETING": "{greeting}"]
    }
    """

private struct Run: Decodable {
    struct Service: Decodable {
        var service: String
        var outcome: String
    }
    var run: Int
    var command: String
    var outcome: String
    var services: [Service]
}

@Suite struct StartTests {
    @Test("B11, B18, B19, B20, B22, B32, B36, B38, B40, B50, B54: the life of a group")
    func life() async throws {
        try await withWorkshop(pair, list: "Base(), Top()") { shop in
            #expect(try shop.miniboss("plan").code == 2)
            let planned = try shop.miniboss("start", "--dry-run")
            let plan = try shop.miniboss("plan")
            #expect(planned.code == 0 && planned.output == plan.output, "\(planned)")
            #expect(try await shop.container("base") == nil)
            let untouched = try shop.miniboss("history", "--json").output
            #expect(untouched == "[]\n")
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start.errors)")
            #expect(try await shop.container("top")?.config.env.contains("GREETING=hello") == true)
            #expect(try await shop.networkExists())
            let first = try await shop.container("base")

            #expect(try shop.miniboss("plan").code == 0)
            #expect(try shop.miniboss("start").code == 0)
            #expect(try await shop.container("base")?.id == first?.id)

            #expect(try shop.miniboss("stop").code == 0)
            #expect(try await shop.container("base")?.state.running == false)
            #expect(try shop.miniboss("start").code == 0)
            #expect(try await shop.container("base")?.id == first?.id)
            #expect(try await shop.container("base")?.state.running == true)
            #expect(try await shop.container("top")?.state.running == true)

            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("\"one\"", with: "\"two\""))
            let changed = try shop.miniboss("start")
            #expect(changed.code == 0 && changed.errors.contains("env.MODE"), "\(changed.errors)")
            let second = try await shop.container("base")
            #expect(second?.id != first?.id)
            #expect(second?.config.env.contains("MODE=two") == true)

            let status = try shop.miniboss("status", "--json")
            let history = try shop.miniboss("history", "--json")
            let events = try shop.miniboss("history", "1", "--json")
            for text in [status, history, events].map(\.output) + [changed.errors] { #expect(!text.contains("hunter2-canary")) }

            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try await shop.container("base") == nil)
            #expect(try await !shop.networkExists())
            #expect(try shop.miniboss("context", "--json").output == "{}\n")
            #expect(try shop.miniboss("stop").code == 0)

            let runs: [Run] = try shop.decoded(shop.miniboss("history", "--json"))
            #expect(runs.map(\.command) == ["stop", "stop", "start", "start", "stop", "start", "start"])
            #expect(runs.allSatisfy { $0.outcome == "succeeded" })
            #expect(runs.last?.services.map(\.outcome) == ["started", "started"])
        }
    }

    @Test("B15: a line that was written at once makes a service ready")
    func logReadiness() async throws {
        let service = """
            struct Teller: Service {
                let name = "teller"
                let image = testImage
                let cmd = ["sh", "-c", "echo ready now; exec sleep 1000"]
                let stopSignal = StopSignal.sigkill
                let readiness = Readiness.log("ready")
            }
            """
        try await withWorkshop(service, list: "Teller()") { shop in
            let start = try shop.miniboss("start", "--timeout", "10")
            #expect(start.code == 0, "\(start.errors)")
        }
    }

    @Test("B23: a host port that was chosen for one service goes to another that asks for it by its number")
    func claimedPort() async throws {
        try await withWorkshop(sleeper("b", more: "let ports = [80: 0]"), list: "B()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            func hostPort(_ service: String) async throws -> String? {
                try await shop.container(service)?.portBindings["80/tcp"]?.first?.hostPort
            }
            let port = try #require(try await hostPort("b"))
            let definition = try shop.read("Miniboss.swift")
            try shop.write(
                "Miniboss.swift", definition.replacing("[B()]", with: "[B(), C()]") + "\n" + sleeper("c", more: "let ports = [80: \(port)]")
            )
            let plan = try shop.miniboss("plan")
            #expect(plan.code == 2 && plan.output.contains("host port \(port), which it has, is c's now"), "\(plan)")
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start)")
            #expect(try await hostPort("c") == port)
            #expect(try await hostPort("b") != port)
            #expect(try shop.miniboss("plan").code == 0)
            // Nor is it chosen again where both begin anew.
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            let again = try shop.miniboss("start")
            #expect(again.code == 0, "\(again)")
        }
    }

    @Test("B23: a service whose host port the kernel chose keeps it when its container is replaced, running or not")
    func keptPort() async throws {
        let service = """
            struct Web: Service {
                let name = "web"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                let env = ["MODE": "one"]
                let ports = [80: 0]
            }
            """
        try await withWorkshop(service, list: "Web()") { shop in
            func hostPort() async throws -> String? { try await shop.container("web")?.portBindings["80/tcp"]?.first?.hostPort }
            #expect(try shop.miniboss("start").code == 0)
            let first = try await (shop.container("web")?.id, hostPort())
            #expect(first.1 != nil && first.1 != "")
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("\"one\"", with: "\"two\""))
            #expect(try shop.miniboss("start").code == 0)
            let second = try await (shop.container("web")?.id, hostPort())
            #expect(second.0 != first.0 && second.1 == first.1)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try shop.miniboss("start").code == 0)
            #expect(try await hostPort() == first.1)
        }
    }

    @Test("B42: what compiles and is wrong stops with the hooks of the definition that started the group; status refuses it")
    func wrongStop() async throws {
        let hook = #"""
            func preStop(_ container: Container) async throws { print("farewell from \(name)") }
            """#
        try await withWorkshop(sleeper("a", more: hook), list: "A()") { shop in
            let sound = try shop.read("Miniboss.swift")
            #expect(try shop.miniboss("start").code == 0)
            try shop.write("Miniboss.swift", sound.replacing("let image = testImage", with: #"let image = "no image""#))
            #expect(try shop.miniboss("start").code == 65)
            #expect(try shop.miniboss("status").code == 65)
            // A second unsound one is not remembered, and leaves nothing behind.
            let cache = ["XDG_CACHE_HOME": "\(shop.directory)/cache"]
            #expect(try shop.miniboss("start", variables: cache).code == 65)
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift") + "// more\n")
            #expect(try shop.miniboss("start", variables: cache).code == 65)
            #expect(try shop.shell("ls cache/miniboss/by-path | wc -l").output == "1\n")
            let stop = try shop.miniboss("stop", "--json")
            #expect(stop.code == 0 && stop.errors.contains("farewell from a"), "\(stop)")
            #expect(stop.errors.contains("the definition can't be used; stopping with the program that last started this group"))
            #expect(stop.output.hasPrefix("{\"run\":2,"), "\(stop)")
            #expect(try await shop.container("a")?.state.running == false)
        }
    }

    @Test("B42: a start that was killed after its first step is the one whose program stops the group")
    func killedStartIsRemembered() async throws {
        let hooks = """
            func ping(_ container: Container) async throws -> Bool {
                guard version == 2 else { return true }
                let file = fopen("pinging", "a")
                fputs("x", file)
                fclose(file)
                return false
            }
            func preStop(_ container: Container) async throws { print("farewell from version \\(version)") }
            """
        let source = "import Glibc\nlet version = 1\n" + sleeper("a", more: "let env = [\"V\": \"\\(version)\"]\n" + hooks)
        try await withWorkshop(source, list: "A()") { shop in
            let pinging = try shop.signalPost("pinging")
            #expect(try shop.miniboss("start").code == 0)
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("let version = 1", with: "let version = 2"))
            let start = try shop.launch(["start"], name: "second-")
            try pinging.await()
            start.send(SIGKILL)
            _ = try start.wait()
            try shop.write("Miniboss.swift", "this is no Swift")
            let stop = try shop.miniboss("stop", "--remove")
            #expect(stop.code == 0 && (stop.errors + stop.output).contains("farewell from version 2"), "\(stop)")
        }
    }

    @Test(
        "B42: a definition that compiles and can't be read is stopped by the program that started the group",
        arguments: ["fatalError(\"no env\")", "exit(7)", "while true {}"])
    func unreadableStop(trouble: String) async throws {
        let hook = #"func preStop(_ container: Container) async throws { print("farewell from \(name)") }"#
        try await withWorkshop("import Glibc\n" + sleeper("a", more: hook), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            try shop.write(
                "Miniboss.swift",
                shop.read("Miniboss.swift").replacing("func preStop", with: "var env: [String: String] { \(trouble) }\nfunc preStop"))
            let stop = try shop.miniboss("stop")
            #expect(stop.code == 0 && (stop.errors + stop.output).contains("farewell from a"), "\(stop)")
            #expect(try await shop.container("a")?.state.running == false)
            // Without a program that started it, what the ledger knows is stopped.
            #expect(try shop.miniboss("stop", "--remove", variables: ["XDG_CACHE_HOME": "\(shop.directory)/cache"]).code == 0)
            #expect(try await shop.container("a") == nil)
        }
    }

    @Test("B37, B42: a stop that another program took over has all the time its containers need")
    func patientStandIn() async throws {
        let slow = """
            struct Slow: Service {
                let name = "slow"
                let image = testImage
                let cmd = ["sh", "-c", "trap 'sleep 6; exit 0' TERM; echo up; while :; do sleep 0.1; done"]
                let readiness: Readiness = .log("up")
                TROUBLE
            }
            """
        try await withWorkshop(slow.replacing("TROUBLE", with: ""), list: "Slow()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let broken = "var env: [String: String] { fatalError(\"no env\") }"
            try shop.write(
                "Miniboss.swift", shop.read("Miniboss.swift").replacing("while :; do sleep 0.1; done\"]", with: "done\"]\n\(broken)"))
            // No program is remembered there: the engine's own stops it.
            let stop = try shop.miniboss("stop", variables: ["XDG_CACHE_HOME": "\(shop.directory)/cache"])
            #expect(stop.code == 0 && stop.output.contains("stopped 1"), "\(stop)")
            #expect(stop.errors.contains("the definition can't be read"), "\(stop)")
            #expect(try await shop.container("slow")?.state.exitCode == 0, "it was not killed")
        }
    }

    @Test("B42: a stop that names its group among several has the hooks of the program that started it")
    func brokenStopOfSeveral() async throws {
        let hook = #"func preStop(_ container: Container) async throws { print("farewell from \(name)") }"#
        try await withWorkshop(sleeper("a", more: hook), list: "A()") { shop in
            let source = try shop.read("Miniboss.swift")
            try shop.write("Other.swift", source.replacing("let name = \"\(shop.group)\"", with: "let name = \"\(shop.group)-other\""))
            #expect(try shop.miniboss("start").code == 0)
            #expect(try shop.miniboss("start", "-f", "Other.swift").code == 0)
            try shop.write("Miniboss.swift", "this is no Swift")
            let stop = try shop.miniboss("stop", "--remove", "--group", shop.group)
            #expect(stop.code == 0 && (stop.errors + stop.output).contains("farewell from a"), "\(stop)")
            let other = try shop.miniboss("stop", "--remove", "--group", "\(shop.group)-other")
            #expect(other.code == 0 && other.errors.contains("that is another group"), "\(other)")
            #expect(other.output.contains("removed"), "\(other)")
        }
    }

    @Test("B42: stop works when the definition no longer compiles")
    func brokenStop() async throws {
        try await withWorkshop(pair, list: "Base(), Top()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            try shop.write("Miniboss.swift", "this is no Swift")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try await shop.container("top") == nil)
        }
    }
}
