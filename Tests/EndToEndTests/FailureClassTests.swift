import DockerClient
import FoundationEssentials
import Glibc
import Testing

/// `postmortem --json` with every key the contract names; a missing one fails the decoding.
struct PostMortemReport: Decodable {
    struct Failure: Decodable {
        var service: String?
        var failureClass: String
        var summary: String
        var phase: String
        var exitCode: Int?
        var oomKilled: Bool
        var lastPingError: String?
        var seconds: Double
        var logTail: [String]
        var hint: String
        /// Of those above, the keys that may be null have to be there all the same.
        var keys: Set<String>

        enum CodingKeys: String, CodingKey, CaseIterable {
            case service, summary, phase, seconds, hint
            case failureClass = "class"
            case exitCode = "exit_code"
            case oomKilled = "oom_killed"
            case lastPingError = "last_ping_error"
            case logTail = "log_tail"
        }

        init(from decoder: any Decoder) throws {
            let box = try decoder.container(keyedBy: CodingKeys.self)
            service = try box.decodeIfPresent(String.self, forKey: .service)
            failureClass = try box.decode(String.self, forKey: .failureClass)
            summary = try box.decode(String.self, forKey: .summary)
            phase = try box.decode(String.self, forKey: .phase)
            exitCode = try box.decodeIfPresent(Int.self, forKey: .exitCode)
            oomKilled = try box.decode(Bool.self, forKey: .oomKilled)
            lastPingError = try box.decodeIfPresent(String.self, forKey: .lastPingError)
            seconds = try box.decode(Double.self, forKey: .seconds)
            logTail = try box.decode([String].self, forKey: .logTail)
            hint = try box.decode(String.self, forKey: .hint)
            keys = Set(box.allKeys.map(\.rawValue))
        }
    }
    struct Blocked: Decodable {
        var service: String
        var because: [String]
    }
    var run: Int
    var failures: [Failure]
    var blocked: [Blocked]
    var verdict: String
}

private func services(registry: String, denying: String, port: Int, group: String) -> String {
    """
    import Glibc

    struct NoImage: Service { let name = "noimage"; let image = "\(registry)/nothing-here:1" }
    struct NoRegistry: Service { let name = "noregistry"; let image = "127.0.0.1:1/app:1" }
    struct Denied: Service { let name = "denied"; let image = "\(denying)/private:1" }
    struct Unbuildable: Service {
        let name = "unbuildable"
        let image = "\(group)-unbuildable:latest"
        let buildFromDirectory = "unbuildable/"
    }
    struct Named: Service { let name = "named"; let image = testImage; let cmd = "sleep 1000" }
    struct Ported: Service { let name = "ported"; let image = testImage; let cmd = "sleep 1000"; let ports = [80: \(port)] }
    struct Unmounted: Service { let name = "unmounted"; let image = testImage; let volumes = ["./nowhere:/x"] }
    struct Programless: Service { let name = "programless"; let image = testImage; let cmd = ["/no/such/program"] }
    struct Idle: Service {
        let name = "idle"
        let image = "\(group)-idle:latest"
        let buildFromDirectory = "idle/"
    }
    struct Done: Service {
        let name = "done"
        let image = testImage
        let cmd = ["sh", "-c", "echo all done"]
        let readiness = Readiness.exec("false")
    }
    struct Bad: Service {
        let name = "bad"
        let image = testImage
        let env = ["MODE": "wrong"]
        let cmd = ["sh", "-c", "echo first; echo last words >&2; exit 3"]
        let readiness = Readiness.exec("false")
    }
    struct Web: Service { let name = "web"; let image = testImage; let dependencies = ["bad"] }
    struct Worker: Service { let name = "worker"; let image = testImage; let dependencies = ["web"] }
    struct Hungry: Service {
        let name = "hungry"
        let image = testImage
        let cmd = ["sh", "-c", "while [ ! -f /go ]; do sleep 0.1; done; tail /dev/zero"]
        // A definition can set no limit of memory, so the hook asks the engine for one.
        func ping(_ container: Container) async throws -> Bool {
            let limit = "{\\"Memory\\":8388608,\\"MemorySwap\\":8388608}"
            askEngine("containers/\\(container.id)/update", limit)
            _ = try await container.exec("touch", "/go")
            return false
        }
    }
    struct Killed: Service {
        let name = "killed"
        let image = testImage
        let cmd = ["sh", "-c", "echo alive; sleep 1000"]
        func ping(_ container: Container) async throws -> Bool {
            guard try await container.logs(tail: 5).contains("alive") else { return false }
            let text = try await container.inspect()
            let number = text.components(after: "\\"Pid\\":").prefix { $0.isNumber }
            if let pid = pid_t(number), pid > 1 { kill(pid, SIGKILL) }
            return false
        }
    }
    struct Stopped: Service {
        let name = "stopped"
        let image = testImage
        let cmd = ["sh", "-c", "trap 'exit 0' TERM; echo alive; while :; do sleep 0.1; done"]
        func ping(_ container: Container) async throws -> Bool {
            guard try await container.logs(tail: 5).contains("alive") else { return false }
            askEngine("containers/\\(container.id)/stop")
            return false
        }
    }
    struct Slow: Service {
        let name = "slow"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        let readiness = Readiness.exec("sh", "-c", "echo not yet >&2; exit 7")
    }
    struct Unwell: Service {
        let name = "unwell"
        let image = "\(group)-unwell:latest"
        let buildFromDirectory = "unwell/"
        let stopSignal = StopSignal.sigkill
        let readiness = Readiness.healthy
    }
    struct Throwing: Service {
        struct Oops: Error, CustomStringConvertible { let description = "no row in table users" }
        let name = "throwing"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        func postStart(_ container: Container) async throws { throw Oops() }
    }
    struct Hanging: Service {
        let name = "hanging"
        let image = testImage
        func preStart() async throws { while true { sleep(1) } }
    }
    struct Keyless: Service { let name = "keyless"; let image = testImage; let env = ["ID": "{user_id}"] }
    struct Fine: Service { let name = "fine"; let image = testImage; let cmd = "sleep 1000"; let stopSignal = StopSignal.sigkill }

    /// What no hook can ask of its container.
    func askEngine(_ path: String, _ body: String = "") {
        let socket = String(cString: getenv("ENGINE_SOCKET"))
        let json = "Content-Type: application/json"
        _ = system("curl -s -o /dev/null --unix-socket \\(socket) -H '\\(json)' -d '\\(body)' http://engine/\\(path)")
    }
    extension String {
        func components(after mark: String) -> Substring {
            firstRange(of: mark).map { self[$0.upperBound...] } ?? ""
        }
    }
    """
}

/// What is expected of each class: where it happened, and words of its summary, its hint and its log.
private struct Expectation {
    var service: String
    var failureClass: String
    var phase: String
    var exitCode: Int? = nil
    var summary: String
    var hint: String
    var log: String? = nil
}

@Suite struct FailureClassTests {
    @Test("B6, B16, B17, B25, B27, B28, B29, B31, B35, B53: every class of failure, explained with engine, container and definition gone")
    func classes() async throws {
        let registry = try #require(environment("MINIBOSS_TEST_REGISTRY"), "MINIBOSS_TEST_REGISTRY names a registry on the loopback")
        let denying = try DenyingRegistry()
        let (listener, port) = try listeningSocket()
        defer { Glibc.close(listener) }
        let docker = try Docker(environment: ProcessInfo.processInfo.environment)
        let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
        let list = """
            NoImage(), NoRegistry(), Denied(), Unbuildable(), Named(), Ported(), Unmounted(), Programless(), Idle(), Done(), Bad(), Web(), Worker(),
            Hungry(), Killed(), Stopped(), Slow(), Unwell(), Throwing(), Hanging(), Keyless(), Fine()
            """
        try await withWorkshop("", list: list) { shop in
            let source = services(registry: registry, denying: denying.address, port: port, group: shop.group)
            let definition = try shop.read("Miniboss.swift").replacing("@main", with: source + "\n@main")
            try shop.write("Miniboss.swift", definition)
            for directory in ["unbuildable", "unwell", "idle"] { try #require(mkdir("\(shop.directory)/\(directory)", 0o700) == 0) }
            try shop.write("idle/Dockerfile", "FROM \(base)\nCMD []\n")
            try shop.write("unbuildable/Dockerfile", "FROM \(base)\nRUN echo compiling && false\n")
            try shop.write(
                "unwell/Dockerfile",
                "FROM \(base)\nHEALTHCHECK --interval=1s --retries=1 CMD echo disk full; exit 1\nCMD [\"sleep\", \"1000\"]\n")
            let foreign = try await docker.createContainer(name: "miniboss-\(shop.group)_named", ContainerConfig(image: base)).id

            let socket = environment("DOCKER_HOST").map { $0.replacing("unix://", with: "") } ?? "/var/run/docker.sock"
            let start = try shop.miniboss("start", "--timeout", "6", variables: ["ENGINE_SOCKET": socket])
            _ = try await docker.removeContainer(foreign, force: true)
            for image in ["unwell", "idle"] { _ = try? await docker.removeImage("\(shop.group)-\(image):latest", force: true) }
            #expect(start.code == 1, "\(start.errors)")
            #expect(start.output.contains("blocked   web (needs bad)\n  blocked   worker (needs web, which needs bad)"), "\(start.output)")

            // From here on there is neither an engine nor a definition, and the containers of what failed are gone.
            for service in ["bad", "hungry", "killed", "stopped", "slow", "throwing", "ported", "programless", "unwell", "done"] {
                #expect(try await shop.container(service) == nil)
            }
            try shop.write("Miniboss.swift", "this is no Swift")
            let gone = ["DOCKER_HOST": "unix:///nonexistent.sock"]
            let finished = try shop.miniboss("postmortem", "--json", variables: gone)
            #expect(finished.code == 0 && finished.errors.isEmpty, "\(finished.errors)")
            let report: PostMortemReport = try shop.decoded(finished)
            let told = try shop.miniboss("postmortem", variables: gone).output

            let expected = [
                Expectation(
                    service: "noimage", failureClass: "image_not_found", phase: "pull", summary: "nothing-here:1",
                    hint: "check the spelling of NoImage.image (Miniboss.swift:"),
                Expectation(
                    service: "noregistry", failureClass: "image_not_found", phase: "pull", summary: "its registry did not answer",
                    hint: "`docker pull 127.0.0.1:1/app:1` tries it by hand"),
                Expectation(
                    service: "denied", failureClass: "pull_denied", phase: "pull", summary: "the registry refused \(denying.address)",
                    hint: "docker login \(denying.address)"),
                Expectation(
                    service: "unbuildable", failureClass: "build_failed", phase: "build", summary: "could not be built",
                    hint: "mend the Dockerfile", log: "compiling"),
                Expectation(
                    service: "named", failureClass: "name_conflict", phase: "create", summary: "miniboss-\(shop.group)_named is held by",
                    hint: "docker rm -f miniboss-\(shop.group)_named"),
                Expectation(
                    service: "ported", failureClass: "port_in_use", phase: "start", summary: "host port \(port) is in use by process",
                    hint: "free host port \(port)"),
                Expectation(
                    service: "unmounted", failureClass: "mount_missing", phase: "create", summary: "nowhere", hint: "create"),
                Expectation(
                    service: "programless", failureClass: "bad_entrypoint", phase: "start", exitCode: 127, summary: "/no/such/program",
                    hint: "Programless.entrypoint"),
                Expectation(
                    service: "idle", failureClass: "bad_entrypoint", phase: "create", summary: "says nothing of what to run",
                    hint: "say what to run in Idle.cmd (Miniboss.swift:"),
                Expectation(
                    service: "done", failureClass: "exited_zero", phase: "ping", exitCode: 0, summary: "exited with 0 after",
                    hint: ".exits(code: 0)", log: "all done"),
                Expectation(
                    service: "bad", failureClass: "exited_nonzero", phase: "ping", exitCode: 3, summary: "exited with 3 after",
                    hint: "what it was given stands in Bad (Miniboss.swift:", log: "last words"),
                Expectation(
                    service: "hungry", failureClass: "oom_killed", phase: "ping", exitCode: 137, summary: "ran out of memory after",
                    hint: "more memory"),
                Expectation(
                    service: "killed", failureClass: "killed_by_signal", phase: "ping", exitCode: 137, summary: "was killed by SIGKILL",
                    hint: "who sent the signal", log: "alive"),
                Expectation(
                    service: "stopped", failureClass: "killed_by_signal", phase: "ping", exitCode: 0,
                    summary: "was sent SIGTERM through the engine and exited with 0 after", hint: "docker stop", log: "alive"),
                Expectation(
                    service: "slow", failureClass: "ping_timeout", phase: "ping", summary: "exited with 7: not yet", hint: "--timeout"),
                Expectation(
                    service: "unwell", failureClass: "unhealthy", phase: "ping", summary: "disk full", hint: "--keep-failed"),
                Expectation(
                    service: "throwing", failureClass: "hook_threw", phase: "post_start",
                    summary: "post_start threw: no row in table users",
                    hint: "mend postStart"),
                Expectation(
                    service: "hanging", failureClass: "hook_timed_out", phase: "pre_start", summary: "pre_start was not back after 6.0 s",
                    hint: "preStart"),
                Expectation(
                    service: "keyless", failureClass: "context_missing", phase: "create", summary: "user_id",
                    hint: "write that key to Context"),
            ]
            #expect(Set(report.failures.compactMap(\.service)) == Set(expected.map(\.service)))
            for want in expected {
                guard let failure = report.failures.first(where: { $0.service == want.service }) else { continue }
                let about: Comment = "\(want.service): \(failure)"
                #expect(failure.failureClass == want.failureClass, about)
                #expect(failure.phase == want.phase, about)
                #expect(failure.exitCode == want.exitCode, about)
                #expect(failure.oomKilled == (want.failureClass == "oom_killed"), about)
                #expect(failure.summary.contains(want.summary), about)
                #expect(!told.contains("✘ \(want.service) \(want.service)"))
                #expect(failure.hint.contains(want.hint), about)
                if let line = want.log { #expect(failure.logTail.contains { $0.contains(line) }, about) }
                #expect(failure.keys == Set(PostMortemReport.Failure.CodingKeys.allCases.map(\.rawValue)), about)
                #expect(told.contains("\(want.failureClass), in \(want.phase)"))
                #expect(told.contains(failure.hint))
            }
            #expect(report.blocked.map(\.service) == ["web", "worker"])
            #expect(report.blocked.map(\.because) == [["bad"], ["web", "bad"]])
            #expect(report.verdict.hasSuffix("; web and worker never started because of them"), "\(report.verdict)")
            #expect(report.failures.first { $0.service == "slow" }?.lastPingError == "exec sh exited with 7: not yet")
            #expect(told.contains("its process ended by itself (exit code 3: an error of the program's own)"))
            #expect(told.contains("health    exit 1: disk full"))
            #expect(told.contains("running   fine"))
        }
    }

    @Test("B53: what differs from the last run that worked is in the evidence, and the start itself says the same")
    func changes() async throws {
        let service = """
            struct Mode: Service {
                let name = "mode"
                let image = testImage
                let env = ["MODE": "good", "URL": "postgres://user:hunter2-canary@db/x"]
                let cmd = ["sh", "-c", "[ $MODE = good ] && exec sleep 1000; echo mode $MODE; exit 4"]
                let stopSignal = StopSignal.sigkill
                let readiness = Readiness.exec("sh", "-c", "[ $MODE = good ]")
            }
            struct After: Service {
                let name = "after"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                let dependencies = ["mode"]
            }
            """
        try await withWorkshop(service, list: "Mode(), After()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            let source = try shop.read("Miniboss.swift")
            try shop.write("Miniboss.swift", source.replacing("\"good\"", with: "\"bad\"").replacing("hunter2", with: "hunter3"))
            let start = try shop.miniboss("start")
            #expect(start.code == 1)
            let told = try shop.miniboss("postmortem").output
            for text in [start.output, told] {
                #expect(text.contains("✘ mode exited with 4 after"), "\(text)")
                #expect(text.contains("; after never started because of it"), "\(text)")
                #expect(text.contains("env.MODE was \"good\" in run 1, in which it worked; now \"bad\""), "\(text)")
                #expect(text.contains("mode | mode bad"))
                #expect(text.contains("env.URL has another secret in it than in run 1, in which it worked"), "\(text)")
                #expect(!text.contains("canary"))
            }
            #expect(told.contains("definition was \""))
        }
    }

    @Test("B53: an engine that does not answer is a failure of its own, explained afterwards")
    func unreachable() async throws {
        let service = "struct One: Service { let name = \"one\"; let image = testImage }"
        try await withWorkshop(service, list: "One()") { shop in
            let gone = ["DOCKER_HOST": "unix:///nonexistent.sock"]
            #expect(try shop.miniboss("start", variables: gone).code == 69)
            let report: PostMortemReport = try shop.decoded(shop.miniboss("postmortem", "--json", variables: gone))
            #expect(report.failures.map(\.failureClass) == ["engine_unreachable"])
            #expect(report.verdict.hasPrefix("`start` could not begin: no Docker Engine answers at unix:///nonexistent.sock"))
            #expect(report.failures.first?.hint.contains("sudo apt-get install docker.io") == true)
        }
    }

    @Test("a missing socket, a refusal, a lack of permission, a foreign scheme: four messages, each with what to do, exit 69")
    func fourWays() async throws {
        let service = "struct One: Service { let name = \"one\"; let image = testImage }"
        try await withWorkshop(service, list: "One()") { shop in
            // A socket file that nobody listens at any more.
            let dead = "\(shop.directory)/dead.sock"
            let listener = try unixListener(dead)
            Glibc.close(listener)
            let locked = "\(shop.directory)/locked.sock"
            let closed = try unixListener(locked)
            defer { Glibc.close(closed) }
            try #require(chmod(locked, 0) == 0)
            // Root may do everything, but not with its capabilities gone.
            let bare = "setpriv --bounding-set -all --inh-caps -all"
            let cases: [(host: String, prefix: String, says: String, next: String)] = [
                ("unix://\(shop.directory)/none.sock", "", "its socket does not exist", "Is it installed and running?"),
                ("unix://\(dead)", "", "connection refused", "Is it running?"),
                ("unix://\(locked)", bare, "permission denied", "usermod -aG docker"),
                ("foo://x", "", "unknown scheme `foo`", "Set DOCKER_HOST to unix:///path"),
            ]
            try #require(try shop.shell("'\(shop.program)' plan").code == 2)
            for each in cases {
                let setting = "DOCKER_HOST=\(each.host)"
                let told = try shop.shell("\(setting) \(each.prefix) '\(shop.program)' plan")
                #expect(told.code == 69, "\(told)")
                #expect(told.errors.contains(each.says) && told.errors.contains(each.next), "\(told.errors)")
            }
        }
    }
}
