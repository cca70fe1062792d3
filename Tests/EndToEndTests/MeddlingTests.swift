import FoundationEssentials
import Glibc
import Testing

@testable import DockerClient

func docker() throws -> Docker { try Docker(environment: ProcessInfo.processInfo.environment) }

/// What others did to the group between two commands.
/// A service that tells `pinged` of each ping and never says that it is ready.
private let neverReady =
    "import Glibc\n"
    + sleeper(
        "a",
        more: """
            func ping(_ container: Container) async throws -> Bool {
                let post = open("pinged", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                if post >= 0 { write(post, "p", 1); close(post) }
                return false
            }
            """)

@Suite struct MeddlingTests {
    @Test("B12, B23: a container cut off from the group's network is replaced, and so is one whose network was made anew")
    func cutOff() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let docker = try docker()
            let network = "miniboss-\(shop.group)"
            #expect(try shop.miniboss("start").code == 0)
            let first = try #require(try await shop.container("a"))
            try await docker.disconnectNetwork(network, container: first.id)
            let plan = try shop.miniboss("plan")
            #expect(plan.code == 2 && plan.output.contains("network"), "\(plan.output)")
            #expect(try shop.miniboss("start").code == 0)
            let second = try #require(try await shop.container("a"))
            #expect(second.id != first.id && second.networks.keys.contains(network))

            #expect(try shop.miniboss("stop").code == 0)
            _ = try await docker.removeNetwork(network)
            _ = try await docker.createNetwork(name: network, labels: ["io.miniboss.group": shop.group], driver: "bridge")
            let third = try shop.miniboss("start")
            #expect(third.code == 0, "\(third.errors)")
            #expect(try await shop.container("a")?.state.running == true)
        }
    }

    @Test("B37: that a paused container's pre_stop is left out is in the ledger")
    func pausedAtStop() async throws {
        let hook = "func preStop(_ container: Container) async throws { _ = try await container.exec(\"true\") }"
        try await withWorkshop(sleeper("a", more: hook), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let id = try #require(try await shop.container("a")?.id)
            try await docker().status(EngineCall("POST", "/containers/\(id)/pause"))
            #expect(try shop.miniboss("stop", "--timeout", "5").code == 0)
            let story = try shop.miniboss("history", "2").output
            #expect(story.contains("pre_stop was not run: its container was paused"), "\(story)")
        }
    }

    @Test("B20: a paused container goes on, found ready again, and no post_start is run")
    func paused() async throws {
        let hooks = #"""
            func postStart(_ container: Container) async throws { print("post_start") }
            """#
        try await withWorkshop(sleeper("a", more: hooks), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let first = try #require(try await shop.container("a"))
            try await docker().status(EngineCall("POST", "/containers/\(first.id)/pause"))
            let plan = try shop.miniboss("plan")
            #expect(plan.code == 2 && plan.output.contains("its container is paused"), "\(plan.output)")
            let start = try shop.miniboss("start")
            #expect(start.code == 0 && !start.output.contains("post_start"), "\(start)")
            let second = try #require(try await shop.container("a"))
            #expect(second.id == first.id && second.state.running && !second.state.paused)
            #expect(try shop.miniboss("plan").code == 0)
        }
    }

    @Test("B20, B35: a stopped service whose free host port was taken meanwhile gets another free one")
    func lostPort() async throws {
        try await withWorkshop(sleeper("a", more: "let ports = [80: 0]"), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let port = try #require(try await shop.container("a")?.hostPort(80))
            #expect(try shop.miniboss("stop").code == 0)
            let taken = try listen(on: port)
            defer { close(taken) }
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start.errors)")
            let other = try #require(try await shop.container("a")?.hostPort(80))
            #expect(other != port)
        }
    }

    @Test("B35: the container that holds a port is named, with its group")
    func containerHoldsPort() async throws {
        try await withWorkshop(sleeper("a", more: "let ports = [80: 0]"), list: "A()") { neighbour in
            #expect(try neighbour.miniboss("start").code == 0)
            let port = try #require(try await neighbour.container("a")?.hostPort(80))
            try await withWorkshop(sleeper("a", more: "let ports = [80: \(port)]"), list: "A()") { shop in
                let start = try shop.miniboss("start")
                let holder = "container miniboss-\(neighbour.group)_a of group \"\(neighbour.group)\""
                #expect(start.code == 1 && start.output.contains("host port \(port) is in use by \(holder)"), "\(start)")
            }
        }
    }

    private func listen(on port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(bound == 0 && Glibc.listen(descriptor, 1) == 0)
        return descriptor
    }

    @Test("B56: what a killed stop was stopping is not taken for running")
    func killedStop() async throws {
        let slow = """
            struct Slow: Service {
                let name = "slow"
                let image = testImage
                let cmd = ["sh", "-c", "trap 'echo > /shared/asked; sleep 1; exit 0' TERM; while :; do sleep 0.1; done"]
                let volumes = ["./:/shared"]
            }
            """
        try await withWorkshop(slow, list: "Slow()") { shop in
            let asked = try shop.signalPost("asked")
            #expect(try shop.miniboss("start").code == 0)
            let stop = try shop.launch(["stop"], name: "stop-")
            try asked.await()
            stop.send(SIGKILL)
            _ = try stop.wait()
            let start = try shop.miniboss("start")
            #expect(start.code == 0 && start.output.contains("started 1 of 1"), "\(start)")
            let state = try #require(try await shop.container("slow")?.state)
            // Started after the old process had ended, not the one that was about to.
            #expect(state.running && state.finishedAt > "0001-01-02" && state.startedAt > state.finishedAt)
            #expect(try shop.miniboss("stop", "--timeout", "1").code == 0)
        }
    }

    @Test("B11, B34: a network of somebody else that has the group's name is neither joined nor removed, and how to go on is said")
    func foreignNetwork() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let docker = try docker()
            let name = "miniboss-\(shop.group)"
            let foreign = try await docker.createNetwork(name: name, labels: [:], driver: "bridge")
            let start = try shop.miniboss("start")
            let stop = try shop.miniboss("stop", "--remove")
            let left = try await docker.inspectNetwork(foreign).name
            let joined = try shop.miniboss("start", "--network-name", name)
            _ = try shop.miniboss("stop", "--remove")
            _ = try await docker.removeNetwork(foreign)
            #expect(start.code == 1 && start.output.contains("--network-name \(name)"), "\(start)")
            #expect(try shop.miniboss("postmortem", "1", "--json").output.contains(#""class":"name_conflict""#))
            #expect(stop.code == 0 && left == name, "\(stop)")
            #expect(joined.code == 0, "\(joined)")
        }
    }

    @Test("B29, B53: a container that somebody restarts while it is pinged is told with the end of the process that ended")
    func restarted() async throws {
        try await withWorkshop(neverReady, list: "A()") { shop in
            let docker = try docker()
            let pinged = try shop.signalPost("pinged")
            let start = try shop.launch(["start", "--keep-failed", "--timeout", "30"], name: "start-")
            try pinged.await()
            let id = try #require(try await shop.container("a")?.id)
            _ = try await docker.stopContainer(id, timeout: .seconds(5))
            _ = try await docker.startContainer(id)
            let ended = try start.wait()
            #expect(ended.code == 1 && ended.output.contains("was sent SIGKILL through the engine after"), "\(ended)")
            #expect(try shop.miniboss("postmortem", "--json").output.contains(#""exit_code":137"#))
        }
    }

    @Test("B29, B53: a container that somebody pauses while it is pinged is told as that")
    func pausedWhilePinged() async throws {
        try await withWorkshop(neverReady, list: "A()") { shop in
            let pinged = try shop.signalPost("pinged")
            let start = try shop.launch(["start", "--timeout", "2"], name: "start-")
            try pinged.await()
            let id = try #require(try await shop.container("a")?.id)
            try await docker().status(EngineCall("POST", "/containers/\(id)/pause"))
            let ended = try start.wait()
            #expect(ended.code == 1 && ended.output.contains("somebody paused its container while it was pinged"), "\(ended)")
            #expect(try shop.miniboss("postmortem").output.contains("find out who ran `docker pause`"))
        }
    }

    @Test("B34, B56: a container of somebody else that took the name meanwhile is not what a killed stop was stopping")
    func takenName() async throws {
        let slow = """
            struct Slow: Service {
                let name = "slow"
                let image = testImage
                let cmd = ["sh", "-c", "trap 'echo > /shared/asked' TERM; while :; do sleep 0.1; done"]
                let volumes = ["./:/shared"]
            }
            """
        try await withWorkshop(slow, list: "Slow()") { shop in
            let docker = try Docker(environment: ProcessInfo.processInfo.environment)
            let asked = try shop.signalPost("asked")
            #expect(try shop.miniboss("start").code == 0)
            let ours = try #require(try await shop.container("slow"))
            let stop = try shop.launch(["stop"], name: "stop-")
            try asked.await()
            stop.send(SIGKILL)
            _ = try stop.wait()
            _ = try await docker.removeContainer(ours.id, force: true)
            var config = ContainerConfig(image: environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest")
            config.cmd = ["sleep", "1000"]
            let foreign = try await docker.createContainer(name: ours.name, config).id
            _ = try await docker.startContainer(foreign)

            let start = try shop.miniboss("start")
            let state = try await docker.inspectContainer(foreign).state
            _ = try await docker.removeContainer(foreign, force: true)
            #expect(state.running, "\(state)")
            #expect(start.code == 1 && start.output.contains("is held by"), "\(start)")
            #expect(try shop.miniboss("history", "2").output.contains("its name belongs to someone else"))
        }
    }

    @Test("B36, B40: services that left the definition are stopped in their order, also when it was started anew meanwhile")
    func formerOrder() async throws {
        let all =
            sleeper("db") + sleeper("app", dependencies: #"["db"]"#) + sleeper("web", dependencies: #"["app"]"#)
        try await withWorkshop(all, list: "DB(), APP(), WEB()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            try shop.write(
                "Miniboss.swift", try shop.read("Miniboss.swift").replacing("[DB(), APP(), WEB()]", with: "[DB()]"))
            #expect(try shop.miniboss("start").code == 0)
            #expect(try shop.miniboss("stop").code == 0)
            struct Event: Decodable {
                struct Body: Decodable { var step: String? }
                var type: String
                var service: String?
                var body: Body
            }
            let events: [Event] = try shop.decoded(shop.miniboss("history", "3", "--json"))
            let stops = events.filter { $0.body.step == "stop_container" && ["step.intended", "step.succeeded"].contains($0.type) }
            #expect(stops.compactMap(\.service) == ["web", "web", "app", "app", "db", "db"])
        }
    }

    @Test("B36: by the engine's own events, each is told to stop when what needs it has ended, whatever that takes")
    func stopOrder() async throws {
        func lingering(_ name: String, _ seconds: String, needs: String) -> String {
            """
            struct \(name.uppercased()): Service {
                let name = "\(name)"
                let image = testImage
                let cmd = ["sh", "-c", "trap 'sleep \(seconds); exit 0' TERM; while :; do sleep 0.05; done"]
                let dependencies: [String] = [\(needs)]
            }

            """
        }
        let services =
            lingering("db", "0", needs: "") + lingering("app", "0.2", needs: #""db""#) + lingering("web", "0.4", needs: #""app""#)
            + lingering("other", "0.3", needs: #""db""#)
        try await withWorkshop(services, list: "DB(), APP(), WEB(), OTHER()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let docker = try Docker(environment: ProcessInfo.processInfo.environment)
            let events = try await docker.events(filters: ["label": ["io.miniboss.group=\(shop.group)"]])
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            var order: [String] = []
            for try await case .event(let event) in events where ["kill", "die", "destroy"].contains(event.action) {
                order.append("\(event.action) \(event.attributes["io.miniboss.service"] ?? "")")
                if order.last == "destroy db" { break }
            }
            func place(_ event: String) throws -> Int { try #require(order.firstIndex(of: event), "\(event) in \(order)") }
            for (dependent, needed) in [("web", "app"), ("app", "db"), ("other", "db")] {
                #expect(try place("die \(dependent)") < place("kill \(needed)"), "\(order)")
            }
        }
    }

    @Test("B38: the saved context ends with the group that wrote it, with or without a definition, and no other group's does")
    func savedContext() async throws {
        let writing = sleeper(
            "a", more: #"func postStart(_ container: Container) async throws { Context["who"] = "mine" }"#)
        try await withWorkshop(writing, list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            #expect(try shop.read(".miniboss-context").contains("mine"))
            try shop.write("Miniboss.swift", "this is no Swift")
            try shop.remove("Miniboss.swift")
            #expect(try shop.miniboss("--group", shop.group, "stop", "--remove").code == 0)
            #expect(access("\(shop.directory)/.miniboss-context", F_OK) != 0)
        }
        try await withWorkshop(writing, list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            try shop.write(".miniboss-context", #"{"who":"another group"}"#)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try shop.read(".miniboss-context").contains("another group"))
        }
    }

    @Test("B22, B27, B38: what an image keeps in volumes without a name goes from container to container, until stop --remove")
    func unnamedVolumes() async throws {
        let image = "e2e-volumes-\(UInt32.random(in: .min ... .max)):1"
        let services = """
            import Glibc
            struct A: Service {
                let name = "a"
                let image = "\(image)"
                let buildFromDirectory = "built"
                let stopSignal = StopSignal.sigkill
                var env: [String: String] { ["MODE": access("other", F_OK) == 0 ? "two" : "one"] }
                var cmd: [String] { access("broken", F_OK) == 0 ? ["sh", "-c", "grep /kept /proc/self/mountinfo; exit 3"] : ["sleep", "1000"] }
                let readiness = Readiness.exec("pidof", "sleep")
                var alwaysStartNew: Bool { access("new", F_OK) == 0 }
                func postStart(_ container: Container) async throws {
                    Context["found"] = try await container.exec("sh", "-c", "cat /kept/file; echo here > /kept/file").output.trimmed
                }
            }
            """
        try await withWorkshop(services, list: "A()") { shop in
            let docker = try docker()
            try #require(mkdir("\(shop.directory)/built", 0o755) == 0)
            try shop.write(
                "built/Dockerfile", "FROM \(environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest")\nVOLUME /kept/\n")
            func volumes() async throws -> Set<String> { Set(try await docker.listVolumes().map(\.name)) }
            func found() throws -> String { try shop.miniboss("context", "found").output.replacing("\n", with: "") }
            #expect(try shop.miniboss("start").code == 0)
            #expect(try found() == "")
            let first = try #require(try await shop.container("a")?.mounts.first?.name)
            try shop.write("other", "")
            #expect(try shop.miniboss("start").code == 0)
            #expect(try await shop.container("a")?.mounts.first?.name == first)
            #expect(try found() == "here")
            #expect(try shop.miniboss("history", "2").output.contains("goes on with what its last container kept at /kept"))
            #expect(try shop.miniboss("plan").code == 0)

            // The one that failed is gone with its container, and what it was given is not.
            try shop.write("broken", "")
            #expect(try shop.miniboss("start").code == 1)
            #expect(try await shop.container("a") == nil)
            #expect(try shop.miniboss("postmortem", "--json").output.contains(first))
            #expect(try await volumes().contains(first))
            try shop.remove("broken")
            #expect(try shop.miniboss("start").code == 0)
            #expect(try await shop.container("a")?.mounts.first?.name == first)
            #expect(try found() == "here")

            try shop.write("new", "")
            #expect(try shop.miniboss("start").code == 0)
            let anew = try #require(try await shop.container("a")?.mounts.first?.name)
            #expect(anew != first)
            #expect(try found() == "")
            #expect(try shop.miniboss("history", "5").output.contains("begins anew, since it is always started new"))

            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try await volumes().intersection([first, anew]).isEmpty)
            try shop.remove("new")
            #expect(try shop.miniboss("start").code == 0)
            #expect(try found() == "")
            #expect(try shop.miniboss("stop", "--remove").code == 0)

            // A first container that fails leaves nothing.
            try shop.write("broken", "")
            #expect(try shop.miniboss("start").code == 1)
            let mount = try shop.miniboss("postmortem", "--json").output
            let last = try #require(mount.firstMatch(of: /volumes.{1,2}([0-9a-f]{64})/)).output.1
            #expect(try await !volumes().contains(String(last)))
            _ = try await docker.removeImage(image, force: true)
        }
    }

    @Test("B38: what was kept at a place is known until stop --remove, whoever failed meanwhile; a volume of the user's own stays")
    func volumesOfMorePlaces() async throws {
        let tag = UInt32.random(in: .min ... .max)
        let own = String((0..<64).map { _ in "0123456789abcdef".randomElement() ?? "0" })
        let services = """
            import Glibc
            struct A: Service {
                let name = "a"
                var image: String { access("less", F_OK) == 0 ? "e2e-less-\(tag):1" : "e2e-more-\(tag):1" }
                var buildFromDirectory: String { access("less", F_OK) == 0 ? "less-image" : "more-image" }
                let stopSignal = StopSignal.sigkill
                let volumes = ["\(own):/own"]
                var cmd: [String] { access("broken", F_OK) == 0 ? ["false"] : ["sleep", "1000"] }
                let readiness = Readiness.exec("pidof", "sleep")
            }

            """
        try await withWorkshop(services + sleeper("b"), list: "A(), B()") { shop in
            let docker = try docker()
            let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
            for (name, places) in [("more", "/one /two"), ("less", "/one")] {
                try #require(mkdir("\(shop.directory)/\(name)-image", 0o755) == 0)
                try shop.write("\(name)-image/Dockerfile", "FROM \(base)\nVOLUME \(places)\n")
            }
            func mounts() async throws -> [String: String] {
                Dictionary(uniqueKeysWithValues: try await shop.container("a")?.mounts.map { ($0.target, $0.name) } ?? [])
            }
            func volumes() async throws -> Set<String> { Set(try await docker.listVolumes().map(\.name)) }
            #expect(try shop.miniboss("start").code == 0)
            let first = try await mounts()
            #expect(Set(first.keys) == ["/one", "/two", "/own"] && first["/own"] == own)

            // With an image that keeps less, and with one of it that fails.
            try shop.write("less", "")
            #expect(try shop.miniboss("start").code == 0)
            #expect(try await mounts()["/one"] == first["/one"])
            #expect(try await mounts()["/two"] == nil)
            try shop.write("broken", "")
            #expect(try shop.miniboss("start").code == 1)
            try shop.remove("broken")
            try shop.remove("less")
            #expect(try shop.miniboss("start").code == 0)
            #expect(try await mounts() == first)

            // The service leaves the definition while its container is gone.
            try shop.write("broken", "")
            #expect(try shop.miniboss("start").code == 1)
            try shop.write("Miniboss.swift", try shop.read("Miniboss.swift").replacing("[A(), B()]", with: "[B()]"))
            #expect(try shop.miniboss("start").code == 0)
            #expect(try await volumes().isSuperset(of: first.values))
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try await volumes().intersection(first.values) == [own])
            _ = try await docker.removeVolume(own)
            for name in ["more", "less"] { _ = try await docker.removeImage("e2e-\(name)-\(tag):1", force: true) }
        }
    }
}
