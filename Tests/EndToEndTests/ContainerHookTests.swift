import DockerClient
import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// What a hook does with its container.
@Suite struct ContainerHookTests {
    private static let service = """
        import Glibc
        struct Failed: Error, CustomStringConvertible { let description: String }
        struct A: Service {
            let name = "a"
            let image = testImage
            let cmd = "sleep 1000"
            let stopSignal = StopSignal.sigkill
            let volumes = ["./data:/data"]
            func preStart() async throws { mkdir("data", 0o755) }
            func postStart(_ container: Container) async throws {
                print("hello from a hook")
                func words(_ body: () async throws -> Void) async -> String {
                    do { try await body() } catch { return "\\(error)" }
                    return "nothing thrown"
                }
                try await container.copyIn("seed", to: "/data")
                try await container.copyIn("seed", to: "/data/named")
                Context["onto_directory"] = .string(await words { try await container.copyIn("seed", to: "/data/absent/") })
                Context["absent"] = .string(await words { _ = try await container.exec("absent", "-x") })
                Context["failing"] = .int(try await container.exec("false").exitCode)
                Context["tail"] = .string(await words { _ = try await container.logs(tail: -1) })
                Context["input"] = .string(try await container.exec("cat", input: "passed on").output)
                Context["launcher"] = .string(getenv("MINIBOSS_DEFINITION").map { String(cString: $0) } ?? "not inherited")
                Context["nan"] = .string(await words { Context["number"] = .double(.nan) })
            }
        }
        """

    @Test("a file goes into a directory and never in its place; a program that is not there is an error, its exit code none")
    func hooks() async throws {
        try await withWorkshop(Self.service, list: "A()") { shop in
            try shop.write("seed", "seeds")
            try #require(mkdir("\(shop.directory)/data", 0o755) == 0)
            try shop.write("data/kept", "kept")
            let start = try shop.miniboss("start", "--json")
            #expect(start.errors.contains("hello from a hook"))
            struct End: Decodable { var outcome: String }
            // A number that JSON can't hold fails the hook, in the user's own terms.
            #expect(try shop.decoded(start, as: End.self).outcome == "failed", "\(start.output)")
            #expect(start.errors.contains("can't hold a number that is not finite"), "\(start.errors)")
            #expect(try shop.read("data/kept") == "kept")
            #expect(try shop.read("data/seed") == "seeds")
            #expect(try shop.read("data/named") == "seeds")
            let context = try shop.miniboss("context", "--json").output
            #expect(context.contains("/data/absent/ is no directory"), "\(context)")
            #expect(context.contains("`absent` can't be run in a:"), "\(context)")
            #expect(
                context.contains(#""failing":1"#) && context.contains("can't be negative") && context.contains("passed on"), "\(context)")
            #expect(context.contains("not inherited"), "\(context)")
        }
    }

    @Test("a command that does not read its input ends with its own code, and one that prints too much is refused, not cut")
    func execLimits() async throws {
        let hook = #"""
            func postStart(_ container: Container) async throws {
                let input = String(repeating: "x", count: 4_000_000)
                let deaf = try await container.exec("sh", "-c", "echo bye; exit 3", input: input)
                Context["deaf"] = .string("\(deaf.exitCode) \(deaf.output)")
                let head = try await container.exec("head", "-c", "5", input: input)
                Context["head"] = .string("\(head.exitCode) \(head.output)")
                for input in [String?.none, "y"] {
                    do {
                        let flood = ["sh", "-c", "head -c 20000000 /dev/zero"]
                        _ = if let input { try await container.exec("sh", "-c", flood[2], input: input) } else { try await container.exec("sh", "-c", flood[2]) }
                    } catch { Context[input == nil ? "flood" : "fed flood"] = .string("\(error)") }
                }
            }
            """#
        try await withWorkshop(sleeper("a", more: hook), list: "A()") { shop in
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start)")
            let context = try shop.decoded(shop.miniboss("context", "--json"), as: [String: String].self)
            #expect(context["deaf"] == "3 bye\n" && context["head"] == "0 xxxxx", "\(context)")
            for key in ["flood", "fed flood"] {
                #expect(
                    context[key] == "`sh` printed more than 16 MiB in a, which exec does not keep; let it write a file and copy that out",
                    "\(context)")
            }
            // The same of a command typed by the user.
            try shop.write("big", String(repeating: "line\n", count: 800_000))
            let typed = try shop.shell("'\(shop.program)' exec a -- sh -c 'echo bye; exit 3' < big")
            #expect(typed.code == 3 && typed.output == "bye\n", "\(typed)")
            let one = try shop.shell("'\(shop.program)' run a -- sh -c 'echo bye; exit 4' < big")
            #expect(one.code == 4 && one.output == "bye\n", "\(one)")
        }
    }

    @Test("B15: each kind of readiness on a real engine; one that can't come true is blamed, and not a ping")
    func readinessKinds() async throws {
        func service(_ name: String, _ script: String, _ readiness: String, more: String = "") -> String {
            """
            struct \(name.uppercased()): Service {
                let name = "\(name)"
                let image = testImage
                let cmd = ["sh", "-c", "\(script)"]
                let stopSignal = StopSignal.sigkill
                let readiness: Readiness = \(readiness)
                \(more)
            }

            """
        }
        // Its own end of the port must have been open when the probe said so.
        let asked = #"""
            let ports = [80: 0]
            func postStart(_ container: Container) async throws {
                Context["answer"] = try await container.exec("wget", "-qO-", "http://127.0.0.1/").exitCode
            }
            """#
        let services =
            service(
                "tcp", "until [ -e /tmp/go ]; do sleep 0.05; done; cd /tmp; echo yes > index.html; exec httpd -f -p 80", ".tcp(80)",
                more: asked)
            + service("log", "sleep 0.1; echo one; echo two; exec sleep 1000", #".log("^(one|two)$", times: 2)"#)
            + service("exec", "sleep 0.1; touch /tmp/ready; exec sleep 1000", #".exec("test", "-e", "/tmp/ready")"#)
            + service("ends", "sleep 0.1; exit 4", ".exits(code: 4)")
            + service("both", "sleep 0.1; echo up; exec sleep 1000", #".all(.log("up"), .exec("true"))"#)
            + service("either", "exec sleep 1000", #".any(.exec("false"), .exec("true"))"#)
            + service("none", "exec sleep 1000", #".exec("nonesuch")"#)
        try await withWorkshop(services, list: "TCP(), LOG(), EXEC(), ENDS(), BOTH(), EITHER(), NONE()") { shop in
            let start = try shop.launch(["start", "--timeout", "60"])
            try await eventually("the port was asked for while nobody listened") {
                try shop.miniboss("history", "1").output.contains("ping 1: tcp :80 connection refused")
            }
            let asked = try #require(try await shop.container("tcp")?.id)
            _ = try await Docker(environment: ProcessInfo.processInfo.environment).exec(asked, ExecConfig(["touch", "/tmp/go"]))
            let end = try start.wait()
            #expect(end.code == 1, "\(end)")
            let story = try shop.miniboss("postmortem").output
            #expect(story.contains("none can't become ready: `nonesuch` can't be run in none"), "\(story)")
            #expect(story.contains("mend the readiness of NONE"), "\(story)")
            #expect(story.contains("tcp, log, exec, both, either"), "\(story)")
            #expect(try shop.miniboss("context", "answer").output == "0\n")
            let ended = try shop.miniboss("exec", "ends", "--", "true")
            #expect(ended.code == 1 && ended.errors.contains("\"ends\" has no running container: its last one exited with 4"), "\(ended)")
            #expect(ended.errors.contains("starts it, unless it is meant to end; `miniboss run ends -- …`"), "\(ended)")
            let failed = try shop.miniboss("exec", "none", "--", "true")
            #expect(failed.code == 1 && failed.errors.contains("`miniboss start` starts it; "), "\(failed)")
        }
    }

    @Test("B15: of several exits any will do, at a second start as well; another one fails with the time it ran")
    func anyExit() async throws {
        func job(_ name: String, _ code: Int) -> String {
            """
            struct \(name.uppercased()): Service {
                let name = "\(name)"
                let image = testImage
                let cmd = ["sh", "-c", "sleep 0.3; exit \(code)"]
                let readiness = Readiness.any(.exits(), .exits(code: 4))
            }

            """
        }
        try await withWorkshop(job("four", 4) + job("five", 5), list: "FOUR(), FIVE()") { shop in
            #expect(try shop.miniboss("start", "--only", "four").code == 0)
            #expect(try shop.miniboss("start", "--only", "four").output.contains("nothing to do"))
            #expect(try shop.miniboss("start").code == 1)
            let report: PostMortemReport = try shop.decoded(shop.miniboss("postmortem", "--json"))
            #expect(report.failures.map(\.service) == ["five"])
            #expect(report.failures.first?.summary.contains("exited with 5 after 0.0 s") == false, "\(report.failures)")
        }
    }

    @Test("B31: a container made from a key is made after its own pre_start has written it; a build waits for a key, too")
    func ownKeys() async throws {
        let services = """
            struct A: Service {
                let name = "a"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                let env = ["STAMP": "{stamp}"]
                func preStart() async throws {
                    let count: Int = Context["count"] ?? 0
                    Context["count"] = count + 1
                    Context["stamp"] = "v\\(count + 1)"
                }
                func postStart(_ container: Container) async throws { Context["place"] = "built" }
            }
            struct B: Service {
                let name = "b"
                let image = "e2e-own-keys:1"
                let buildFromDirectory = "{place}"
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                let dependencies = ["a"]
            }
            """
        try await withWorkshop(services, list: "A(), B()") { shop in
            try #require(mkdir("\(shop.directory)/built", 0o755) == 0)
            try shop.write("built/Dockerfile", "FROM \(environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest")\nUSER 7\n")
            _ = try? await docker().removeImage("e2e-own-keys:1", force: true)
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start.errors)")
            #expect(try await shop.container("b")?.config.user == "7")
            for stamp in ["v2", "v3"] {
                let id = try #require(try await shop.container("a")?.id)
                _ = try await docker().removeContainer(id, force: true)
                #expect(try shop.miniboss("start").code == 0)
                #expect(try await shop.container("a")?.config.env.contains("STAMP=\(stamp)") == true)
            }
            #expect(try shop.miniboss("start").output.contains("nothing to do"))
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try? await docker().removeImage("e2e-own-keys:1", force: true)
        }
    }

    /// `reader` takes a key that `writer` writes, and waits for `between` as well, which is not ready until it is told so.
    private func chain(between more: String = "") -> String {
        let ready = """
            func ping(_ container: Container) async throws -> Bool {
                let told = fopen("go", "r")
                defer { fclose(told) }
                return getc(told) != EOF
            }
            """
        return "import Glibc\n" + sleeper("writer", more: "func postStart(_ container: Container) async throws { Context[\"user\"] = 1 }")
            + sleeper("between", dependencies: "[\"writer\"]", more: ready + "\n" + more)
            + sleeper("reader", dependencies: "[\"between\"]", more: "let env = [\"USER\": \"{user}\"]")
    }

    /// Starts the chain, and lets `between` be ready once the container of `reader` is made.
    /// - Returns: that container, as it was then.
    private func startChain(_ shop: Workshop) async throws -> ContainerInspect {
        let go = try shop.signalPost("go")
        let labels = ["io.miniboss.group=\(shop.group)", "io.miniboss.service=reader"]
        let events = try await docker().events(filters: ["label": labels])
        let start = try shop.launch(["start", "--timeout", "60"])
        var made: ContainerInspect?
        for try await case .event(let event) in events where event.action == "create" {
            made = try await docker().inspectContainer(event.id)
            break
        }
        try go.say()
        let end = try start.wait()
        #expect(end.code == 0, "\(end)")
        return try #require(made)
    }

    private struct Told: Decodable {
        var body: Body
        struct Body: Decodable {
            var cause: String?
            var step: String?
        }
    }

    private func steps(_ shop: Workshop) throws -> [Told.Body] {
        let told: [Told] = try shop.decoded(shop.miniboss("history", "1", "--service", "reader", "--type", "step.intended", "--json"))
        return told.map(\.body)
    }

    @Test("B31: a container is made once the keys it takes are written, while another dependency is still starting (rule 7 of a start)")
    func madeEarly() async throws {
        try await withWorkshop(chain(), list: "WRITER(), BETWEEN(), READER()") { shop in
            let made = try await startChain(shop)
            #expect(made.config.env.contains("USER=1") && made.state.status == "created")
            #expect(try await shop.container("reader")?.id == made.id)
            #expect(try steps(shop).map(\.step) == ["create_container", "start_container"])
            #expect(try shop.miniboss("start").output.contains("nothing to do"))
        }
    }

    @Test("B31, B32: a key that is written anew after that makes it be made again, before it is ever started")
    func madeAgain() async throws {
        let rewriting = "func postStart(_ container: Container) async throws { Context[\"user\"] = 2 }"
        try await withWorkshop(chain(between: rewriting), list: "WRITER(), BETWEEN(), READER()") { shop in
            let made = try await startChain(shop)
            let reader = try await shop.container("reader")
            #expect(reader?.id != made.id && reader?.config.env.contains("USER=2") == true)
            let told = try steps(shop)
            #expect(told.map(\.step) == ["create_container", "remove_container", "create_container", "start_container"])
            #expect(Set(told.dropFirst().map(\.cause)) == ["{user} was written anew since its container was made"])
            #expect(try shop.miniboss("start").output.contains("nothing to do"))
        }
    }

    @Test("B28, B31: a service gets the context of what it needs through one that is left alone, and is blocked when that fails")
    func throughAnother() async throws {
        let low = sleeper(
            "low",
            more: "let env = [\"MODE\": \"one\"]\n    func postStart(_ container: Container) async throws { Context[\"key\"] = \"one\" }")
        let middle = sleeper("middle", dependencies: "[\"low\"]")
        let top = sleeper("top", dependencies: "[\"middle\"]", more: "let env = [\"KEY\": \"{key}\"]")
        try await withWorkshop(low + middle + top, list: "LOW(), MIDDLE(), TOP()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let first = try await shop.container("middle")
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("\"one\"", with: "\"two\""))
            #expect(try shop.miniboss("start").code == 0)
            #expect(try await shop.container("top")?.config.env.contains("KEY=two") == true)
            #expect(try await shop.container("middle")?.state.startedAt == first?.state.startedAt)
            // Stopped by hand, it would only have to be started again, after what it stands on.
            let id = try #require(try await shop.container("top")?.id)
            let docker = try Docker(environment: ProcessInfo.processInfo.environment)
            try await docker.stopContainer(id, timeout: .seconds(1))
            let source = try shop.read("Miniboss.swift").replacing("Context[\"key\"] = \"two\"", with: "struct No: Error {}; throw No()")
            try shop.write("Miniboss.swift", source.replacing("\"MODE\": \"two\"", with: "\"MODE\": \"three\""))
            let failed = try shop.miniboss("start")
            #expect(failed.code == 1 && failed.errors.contains("top blocked: needs middle, which needs low"), "\(failed)")
            #expect(try await shop.container("top")?.state.running == false)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }
}
