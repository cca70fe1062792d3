import DockerClient
import Glibc
import TestSupport
import Testing

private let failing = """
    struct Bad: Service {
        let name = "bad"
        let image = testImage
        let cmd = ["sh", "-c", "echo last words; exit 3"]
        let readiness = Readiness.exec("false")
    }
    struct Behind: Service {
        let name = "behind"
        let image = testImage
        let cmd = "sleep 1000"
        let dependencies = ["bad"]
    }
    struct Beside: Service {
        let name = "beside"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
    }
    struct Hanging: Service {
        let name = "hanging"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        func postStart(_ container: Container) async throws { while true {} }
    }
    struct Throwing: Service {
        struct Oops: Error {}
        let name = "throwing"
        let image = testImage
        func preStart() async throws { throw Oops() }
    }
    struct Unmounted: Service {
        let name = "unmounted"
        let image = testImage
        let volumes = ["./nowhere:/x"]
    }
    """

private struct PostMortem: Decodable {
    struct Failure: Decodable {
        var service: String
        var `class`: String
        var exitCode: Int?
        var logTail: [String]
        enum CodingKeys: String, CodingKey {
            case service, `class`
            case exitCode = "exit_code"
            case logTail = "log_tail"
        }
    }
    struct Blocked: Decodable {
        var service: String
        var because: [String]
    }
    var failures: [Failure]
    var blocked: [Blocked]
}

@Suite struct FailureTests {
    @Test("B6, B17, B27, B28, B29, B53: each failure has its class and evidence, the others go on")
    func classes() async throws {
        try await withWorkshop(failing, list: "Bad(), Behind(), Beside(), Hanging(), Throwing(), Unmounted()") { shop in
            let start = try shop.miniboss("start", "--timeout", "3")
            #expect(start.code == 1, "\(start.errors)")
            let found: PostMortem = try shop.decoded(
                shop.miniboss("postmortem", "--json", variables: ["DOCKER_HOST": "unix:///nonexistent.sock"]))
            let classes = Dictionary(uniqueKeysWithValues: found.failures.map { ($0.service, $0.class) })
            #expect(
                classes == [
                    "bad": "exited_nonzero", "hanging": "hook_timed_out", "throwing": "hook_threw", "unmounted": "mount_missing",
                ])
            struct Event: Decodable {
                struct Body: Decodable { var step: String? }
                var type: String
                var body: Body
            }
            let events: [Event] = try shop.decoded(shop.miniboss("history", "1", "--service", "bad", "--json"))
            let removal = try #require(events.firstIndex { $0.type == "step.intended" && $0.body.step == "remove_container" })
            for evidence in ["container.exited", "logs.captured"] {
                #expect(try #require(events.firstIndex { $0.type == evidence }) < removal, "\(evidence)")
            }
            let story = try shop.miniboss("postmortem").output
            #expect(story.contains(/throwing[^\n]*\n(.*\n)*?.*because   preStart threw an error after \d/), "\(story)")
            let bad = found.failures.first { $0.service == "bad" }
            #expect(bad?.exitCode == 3)
            #expect(bad?.logTail == ["last words"])
            #expect(found.blocked.map(\.service) == ["behind"])
            #expect(found.blocked.first?.because == ["bad"])
            #expect(try await shop.container("bad") == nil)
            #expect(try await shop.container("behind") == nil)
            #expect(try await shop.container("beside")?.state.running == true)

            #expect(try shop.miniboss("stop", "--remove").code == 0)
            struct Status: Decodable { var service, state: String }
            let statuses: [Status] = try shop.decoded(shop.miniboss("status", "--json"))
            #expect(statuses.count == 6 && statuses.allSatisfy { $0.state == "absent" }, "\(statuses)")
            #expect(try shop.miniboss("history", "1", "--limit", "3").code == 64)
        }
    }

    @Test("B17: more hooks that block their threads than the machine has cores hold up nobody else")
    func manyBlockingHooks() async throws {
        let names = (0..<max(8, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN)))).map { "stuck\($0)" }
        let stuck = names.map { name in
            sleeper(name, more: "func postStart(_ container: Container) async throws { close(creat(\"began-\(name)\", 0o600)); pause() }")
        }.joined()
        let list = names.map { "\($0.uppercased())()" }.joined(separator: ", ") + ", FREE()"
        // Once all the others hold a thread.
        let free = sleeper(
            "free",
            more: """
                func ping(_ container: Container) async throws -> Bool {
                    (0..<\(names.count)).allSatisfy { access("began-stuck\\($0)", F_OK) == 0 }
                }
                func postStart(_ container: Container) async throws { Context["free"] = true }
                """)
        try await withWorkshop("import Glibc\n" + stuck + free, list: list) { shop in
            let start = try shop.miniboss("start", "--timeout", "10")
            #expect(start.code == 1, "\(start)")
            let found: PostMortem = try shop.decoded(shop.miniboss("postmortem", "--json"))
            #expect(Set(found.failures.map(\.service)) == Set(names))
            #expect(found.failures.allSatisfy { $0.class == "hook_timed_out" })
            #expect(try await shop.container("free")?.state.running == true)
            #expect(try shop.miniboss("context", "free").output == "true\n")
            // Before the first of the others was given up.
            struct Event: Decodable { var service: String? }
            let finished: [Event] = try shop.decoded(shop.miniboss("history", "1", "--json", "--type", "hook.finished"))
            let order = finished.compactMap(\.service)
            let free = try #require(order.lastIndex(of: "free"))
            let ends = order.indices.filter { order[$0] != "free" }.suffix(names.count)
            #expect(ends.allSatisfy { $0 > free }, "\(order)")
        }
    }

    @Test("B13: services that need nothing of one another start side by side")
    func sideBySide() async throws {
        func waiting(_ name: String, tells: String, awaits: String) -> String {
            sleeper(
                name,
                more: """
                    func preStart() async throws {
                        let told = fopen("\(tells)", "r+")
                        fputs("\\n", told)
                        fclose(told)
                        fgetc(fopen("\(awaits)", "r+"))
                    }
                    """)
        }
        let services = waiting("a", tells: "from-a", awaits: "from-b") + waiting("b", tells: "from-b", awaits: "from-a")
        try await withWorkshop("import Glibc\n" + services, list: "A(), B()") { shop in
            // Held open here, so that what is told stays until it is heard.
            let posts = [try shop.signalPost("from-a"), try shop.signalPost("from-b")]
            let start = try shop.miniboss("start", "--timeout", "60")
            #expect(start.code == 0, "\(start)")
            withExtendedLifetime(posts) {}
        }
    }

    @Test("B7: a variable too long for Linux is told of before its container is made, and what the kernel says is kept")
    func tooLong() async throws {
        let services = sleeper("a", more: "var env: [String: String] { [\"HUGE\": String(repeating: \"x\", count: 1 << 20)] }")
        try await withWorkshop(services, list: "A()") { shop in
            let start = try shop.miniboss("start", "--progress", "plain")
            #expect(start.code == 1, "\(start.errors)")
            let told = try #require(start.errors.firstRange(of: "env.HUGE has 1048581 bytes; Linux starts no program"))
            let made = try #require(start.errors.firstRange(of: "a created"))
            #expect(told.upperBound < made.lowerBound)
            #expect(start.output.lowercased().contains("argument list too long"), "\(start.output)")
        }
    }

    @Test("B9: a trap while the definition is read is a definition that can't be used, with the line, and nothing is touched")
    func trap() async throws {
        let services = sleeper("a", more: "var env: [String: String] { [\"N\": [String]()[0]] }")
        try await withWorkshop(services, list: "A()") { shop in
            let start = try shop.miniboss("start")
            #expect(start.code == 65, "\(start.errors)")
            #expect(start.errors.contains("trapped while it was read") && start.errors.contains("Miniboss.swift:9"), "\(start.errors)")
            #expect(try await shop.container("a") == nil)
            #expect(try await !shop.networkExists())
        }
    }

    @Test("B3, B9: of two services with one name the second's line is told")
    func twins() async throws {
        let twin = sleeper("a").replacing("struct A:", with: "struct Twin:")
        try await withWorkshop(sleeper("a") + twin, list: "A(), Twin()") { shop in
            let lines = try shop.read("Miniboss.swift").split(separator: "\n", omittingEmptySubsequences: false)
            let line = try #require(lines.firstIndex { $0.contains("struct Twin:") }) + 1
            let refused = try shop.miniboss("start")
            #expect(refused.code == 65, "\(refused)")
            #expect(refused.errors.contains("Miniboss.swift:\(line): Twin.name: 2 services are named \"a\" (A, Twin)"), "\(refused)")
        }
    }

    @Test("B8, B9, B10, B30: bad input has its exit code and says what and where")
    func badInput() async throws {
        try await withWorkshop(failing, list: "Bad(), Behind(), Beside()") { shop in
            let excluded = try shop.miniboss("start", "--exclude", "bad")
            #expect(excluded.code == 64 && excluded.errors.contains("behind"))
            #expect(try shop.miniboss("start", "--exclude", "besid").errors.contains("\"beside\""))
            #expect(try shop.miniboss("start", "--nonsense").code == 64)
            for words in [["start", "--json", "--nonsense"], ["reload", "--json"], ["stop", "--json", "--timeout", "0"]] {
                let refused = try shop.launch(words).wait()
                #expect(refused.code == 64 && refused.output.hasPrefix("{") && refused.output.contains(#""run":null"#), "\(refused)")
            }
            let unreachable = try shop.miniboss("start", "--json", variables: ["DOCKER_HOST": "unix:///nonexistent.sock"])
            #expect(unreachable.code == 69 && unreachable.output.hasPrefix("{"), "\(unreachable)")
            #expect(unreachable.output.contains(#""run":1"#), "\(unreachable)")
            #expect(unreachable.output.contains("no Docker Engine answers at unix:///nonexistent.sock"), "\(unreachable)")

            let source = try shop.read("Miniboss.swift")
            try shop.write("Miniboss.swift", source.replacing("let dependencies", with: "let dependancies"))
            let engine = try ScriptedEngine()
            defer { engine.stop() }
            let nearMiss = try shop.miniboss("start", variables: ["DOCKER_HOST": engine.host])
            #expect(nearMiss.code == 65 && nearMiss.errors.contains("dependencies"), "\(nearMiss.errors)")
            let told = try shop.miniboss("start", "--json", variables: ["DOCKER_HOST": engine.host]).output
            #expect(told.contains(#""problems":["#) && told.contains("dependancies"), "\(told)")
            #expect(engine.connectionCount == 0, "nobody asks an engine before the definition is sound")
            try shop.write("Miniboss.swift", source + "\nlet wrong: Int = \"text\"\n")
            let broken = try shop.miniboss("start")
            #expect(broken.code == 65 && broken.errors.contains("Miniboss.swift:"), "\(broken.errors)")
            #expect(try await shop.container("beside") == nil)
        }
    }
}
