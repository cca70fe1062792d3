import DockerClient
import FoundationEssentials
import Glibc
import Synchronization
import TestSupport
import Testing

/// The real engine behind one that leaves things out, answers nonsense or goes away.
@Suite struct LyingEngineTests {
    private static let emptyList = ScriptedAction.reply(.json(200, "[]"))

    /// An engine that hands everything on to the real one.
    private func relay() throws -> ScriptedEngine {
        let engine = try ScriptedEngine()
        let socket = engineSocket
        for method in ["GET", "HEAD", "POST", "DELETE"] { engine.on(method, "*", .act { _ in .relay(to: socket) }) }
        return engine
    }

    @Test("B38: what an engine leaves out of its list is not forgotten, and nothing is taken for stopped")
    func emptyList() async throws {
        let told = sleeper("a", more: "func postStart(_ container: Container) async throws { Context[\"key\"] = 1 }")
        let engine = try relay()
        defer { engine.stop() }
        try await withWorkshop(told, list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            engine.on("GET", "/containers/json", Self.emptyList)
            for arguments in [["stop"], ["stop", "--remove"]] {
                let stop = try shop.launch(arguments, variables: ["DOCKER_HOST": engine.host]).wait()
                #expect(stop.code == 1 && stop.errors.contains("the engine does not list the container"), "\(stop)")
            }
            #expect(try shop.miniboss("context", "--json").output.contains("\"key\":1"))
            #expect(try await shop.container("a")?.state.running == true)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try await !shop.networkExists())
        }
    }

    @Test("B38: a network with a container of the group on it that nobody remembers is no stopped group")
    func unlistedOnNetwork() async throws {
        let engine = try relay()
        defer { engine.stop() }
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            try FileManager.default.removeItem(atPath: "\(shop.directory)/.miniboss")
            engine.on("GET", "/containers/json", Self.emptyList)
            let stop = try shop.miniboss("stop", "--remove", variables: ["DOCKER_HOST": engine.host])
            #expect(stop.code == 1 && stop.errors.contains("of this group runs on it, which the engine did not list"), "\(stop)")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    @Test("B12, B56: the name of a new container is held by one of the service's own, which the engine had not listed")
    func ownName() async throws {
        let engine = try relay()
        defer { engine.stop() }
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let docker = try Docker(environment: ProcessInfo.processInfo.environment)
            var config = ContainerConfig(image: environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest")
            config.cmd = ["sleep", "1000"]
            config.labels = ["io.miniboss.group": shop.group, "io.miniboss.service": "a"]
            let name = "miniboss-\(shop.group)_a"
            let early = try await docker.createContainer(name: name, config).id
            engine.on("GET", "/containers/json", Self.emptyList, Self.emptyList, .relay(to: engineSocket))
            // Never started, so nothing is lost with it.
            let start = try shop.miniboss("start", variables: ["DOCKER_HOST": engine.host])
            #expect(start.code == 0, "\(start)")
            let made = try #require(try await shop.container("a"))
            #expect(made.id != early && made.state.running && made.name == name)

            // This one runs, and may hold what nobody wants to lose.
            try FileManager.default.removeItem(atPath: "\(shop.directory)/.miniboss")
            engine.on("GET", "/containers/json", Self.emptyList)
            let refused = try shop.miniboss("start", variables: ["DOCKER_HOST": engine.host])
            #expect(refused.code == 1 && refused.errors.contains("is held by another container of its own"), "\(refused)")
            #expect(!refused.output.contains("docker rm") && refused.output.contains("looks at what is there anew"), "\(refused)")
            #expect(try await shop.container("a")?.id == made.id)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    @Test("B38: an engine that says of a running container that it does not run has stopped nothing")
    func stopsNothing() async throws {
        let engine = try relay()
        defer { engine.stop() }
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            engine.on("POST", "/containers/*/stop", .reply(.empty(304)))
            let stop = try shop.miniboss("stop", variables: ["DOCKER_HOST": engine.host])
            #expect(stop.code == 1 && stop.errors.contains("304 says that it does not run, and it does"), "\(stop)")
            #expect(try await shop.container("a")?.state.running == true)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    @Test("a command's exit code outlives a container that can't be removed, which is named and taken away later")
    func oneOffLeft() async throws {
        let engine = try relay()
        defer { engine.stop() }
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            engine.on("DELETE", "/containers/*", .reply(.error(500, "the disk is busy")))
            let run = try shop.miniboss("run", "a", "--", "sh", "-c", "echo said; exit 7", variables: ["DOCKER_HOST": engine.host])
            #expect(run.code == 7 && run.output == "said\n", "\(run)")
            let name = "miniboss-\(shop.group)_a.run2"
            #expect(run.errors.contains("its container \(name) is left behind"), "\(run)")
            #expect(run.errors.contains("the disk is busy") && run.errors.contains("takes it away"), "\(run)")
            let doctor = try shop.miniboss("doctor")
            #expect(doctor.code == 1 && doctor.output.contains("left over from run 2"), "\(doctor)")
            #expect(try shop.miniboss("start").code == 0)
            #expect(try shop.miniboss("doctor").code == 0)
        }
    }

    @Test("B53: an engine that goes away, or fails, while a service becomes ready is the engine's failure, told before the deadline")
    func goneWhilePinged() async throws {
        let readiness = "let readiness = Readiness.log(\"never said\")"
        try await withWorkshop(sleeper("a", more: readiness), list: "A()") { shop in
            let faults: [(action: ScriptedAction, class: String)] = [
                (.close, "engine_unreachable"), (.reply(.error(500, "the engine's own trouble")), "engine_error"),
                (.cutBody(.chunked([Array(repeating: 1, count: 100)]), after: 20), "engine_error"),
            ]
            for fault in faults {
                let engine = try relay()
                defer { engine.stop() }
                engine.on("GET", "*/logs", .relay(to: engineSocket), fault.action)
                // Twice what the engine is given, and far less than a ping has by default.
                let start = try shop.miniboss("start", "--timeout", "60", variables: ["DOCKER_HOST": engine.host])
                #expect(start.code == 1, "\(start)")
                struct Told: Decodable {
                    struct Failure: Decodable {
                        var `class`, phase, hint: String
                    }
                    var failures: [Failure]
                }
                let told: Told = try shop.decoded(shop.miniboss("postmortem", "--json"))
                #expect(told.failures.first?.class == fault.class && told.failures.first?.phase == "ping", "\(told)")
                #expect(told.failures.first?.hint.contains("miniboss doctor") == true, "\(told)")
            }
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    @Test("B52: an engine that does not answer a call is named with the call, while it is waited for")
    func silentCall() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let engine = try relay()
            defer { engine.stop() }
            let gate = ScriptedGate()
            engine.on("POST", "*/containers/create", .hold(gate, .error(500, "not today")))
            let start = try shop.launch(["start"], variables: ["DOCKER_HOST": engine.host])
            try await eventually("the call is told of") {
                let told = try? fileText("\(shop.directory)/err")
                return told?.contains("the engine has not answered create_container miniboss-\(shop.group)_a yet") == true
            }
            gate.open()
            let ended = try start.wait()
            #expect(ended.code == 1 && ended.output.contains("not today"), "\(ended)")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    @Test("B27, B53: a failed container whose log can't be read is kept, and is not said to have written nothing")
    func unreadableLog() async throws {
        let failing = sleeper("a", more: #"let readiness = Readiness.exec("false")"#).replacing(
            #""sleep 1000""#, with: #""sh -c 'echo dying; exit 5'""#)
        try await withWorkshop(failing, list: "A()") { shop in
            let engine = try relay()
            defer { engine.stop() }
            engine.on("GET", "*/logs", .reply(.error(500, "no logs today")))
            let start = try shop.miniboss("start", variables: ["DOCKER_HOST": engine.host])
            #expect(start.code == 1 && start.errors.contains("its container is kept, since its log could not be read"), "\(start)")
            #expect(!start.output.contains("it wrote nothing") && !start.output.contains("read its last log lines"), "\(start)")
            let postMortem = try shop.miniboss("postmortem").output
            #expect(postMortem.contains("its container is kept, since its log could not be read"), "\(postMortem)")
            #expect(try shop.miniboss("logs", "a").output.contains("dying"))
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    @Test("B53: an engine that goes away while a container is waited for at its port is noticed by the look at the container")
    func goneWhileProbed() async throws {
        let more = "let ports = [9: 0]\n    let readiness = Readiness.tcp(9)"
        try await withWorkshop(sleeper("a", more: more), list: "A()") { shop in
            let engine = try relay()
            defer { engine.stop() }
            // Asked for its port once, and from then on silent.
            engine.on("GET", "/containers/*/json", .relay(to: engineSocket), .close)
            let start = try shop.miniboss("start", "--timeout", "60", variables: ["DOCKER_HOST": engine.host])
            #expect(start.code == 1 && start.output.contains("engine"), "\(start)")
            #expect(try shop.miniboss("postmortem", "--json").output.contains(#""class":"engine_unreachable""#))
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    @Test("B53: an engine that is lost before any service has begun has its class and what to do, in start and in stop")
    func goneEarly() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            for command in ["start", "stop"] {
                let engine = try relay()
                defer { engine.stop() }
                engine.on("GET", "/images/json", .close)
                let told = try shop.miniboss(command, variables: ["DOCKER_HOST": engine.host])
                #expect(told.code == 69 && told.errors.contains("miniboss doctor"), "\(told)")
                let report = try shop.miniboss("postmortem", "--json").output
                #expect(report.contains(#""class":"engine_unreachable""#), "\(report)")
                #expect(report.contains("`\(command)` could not begin"), "\(report)")
            }
            #expect(try await shop.container("a")?.state.running == true)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    @Test("B53: a create that is answered without an id, and a start that starts nothing, are the engine's failures")
    func nonsense() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let engine = try relay()
            defer { engine.stop() }
            func failure(_ run: Int) throws -> String {
                #expect(try shop.miniboss("start", variables: ["DOCKER_HOST": engine.host]).code == 1)
                return try shop.miniboss("postmortem", "\(run)", "--json").output
            }
            engine.on("POST", "/containers/create", .reply(.json(201, "{}")), .relay(to: engineSocket))
            let unmade = try failure(1)
            #expect(unmade.contains(#""class":"engine_error""#) && unmade.contains("is not understood"), "\(unmade)")
            engine.on("POST", "/containers/*/start", .reply(.empty(204)))
            let unstarted = try failure(2)
            #expect(unstarted.contains(#""class":"engine_error""#) && unstarted.contains("it never was"), "\(unstarted)")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    @Test("B50: a container of which the engine can tell nothing does not keep a group from its commands")
    func untellable() async throws {
        let engine = try relay()
        defer { engine.stop() }
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            try #require(shop.miniboss("start").code == 0)
            let id = try #require(try await shop.container("a")).id
            // Killed while it is stopping it.
            engine.on("POST", "/containers/*/stop", .hold(ScriptedGate(), .json(204, "")))
            let killed = try shop.launch(["stop"], variables: ["DOCKER_HOST": engine.host], name: "killed-")
            await engine.received("POST", "/containers/*/stop")
            killed.send(SIGKILL)
            _ = try killed.wait()
            let broken = #"{"message":"RWLayer of container \#(id) is unexpectedly nil"}"#
            engine.on("GET", "/containers/*/json", .reply(.json(500, broken)), .relay(to: engineSocket))
            let start = try shop.miniboss("start", variables: ["DOCKER_HOST": engine.host])
            #expect(start.code == 0, "\(start)")
            let story = try shop.miniboss("history", "2").output
            #expect(story.contains("nobody knows how it ended") && story.contains("is unexpectedly nil"), "\(story)")
        }
    }
}
