import DockerClient
import FoundationEssentials
import Glibc
import TestSupport
import Testing

private let chain = """
    struct Base: Service {
        let name = "base"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
    }
    struct Top: Service {
        let name = "top"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        let dependencies = ["base"]
    }
    """

@Suite struct SelectionTests {
    @Test("B30, B39: what is excluded is left as it is, and excluding what others stand on is refused")
    func exclusion() async throws {
        try await withWorkshop(chain, list: "Base(), Top()") { shop in
            #expect(try shop.miniboss("start", "--exclude", "top").code == 0)
            #expect(try await shop.container("top") == nil)
            #expect(try shop.miniboss("start", "--exclude", "base").code == 64)
            #expect(try shop.miniboss("start").code == 0)

            let refused = try shop.miniboss("stop", "--exclude", "top")
            #expect(refused.code == 64 && refused.errors.contains("base"), "\(refused.errors)")
            #expect(try await shop.container("base")?.state.running == true)
            #expect(try shop.miniboss("stop", "--exclude", "base").code == 0)
            #expect(try await shop.container("top")?.state.running == false)
            #expect(try await shop.container("base")?.state.running == true)
            #expect(try shop.miniboss("stop", "--remove", "--exclude", "base,top").code == 0)
            #expect(try await shop.container("base")?.state.running == true)
            #expect(try await shop.networkExists())
        }
    }

    @Test("B30: services that need one another are left out together, and the others start")
    func leftOutTogether() async throws {
        try await withWorkshop(chain + "\n" + sleeper("c"), list: "Base(), Top(), C()") { shop in
            let start = try shop.miniboss("start", "--exclude", "base,top")
            #expect(start.code == 0 && start.output.contains("started 1 of 1"), "\(start)")
            #expect(try await shop.container("c")?.state.running == true)
            #expect(try await shop.container("base") == nil)
            let none = try shop.miniboss("start", "--exclude", "base,top,c")
            #expect(none.code == 64, "\(none)")
        }
    }

    @Test("B30: what is left out keeps what is known of it")
    func leftOut() async throws {
        let broken = sleeper("b", more: #"let readiness = Readiness.exec("false")"#).replacing(#""sleep 1000""#, with: #""sh -c 'exit 3'""#)
        try await withWorkshop(sleeper("a") + broken + sleeper("c"), list: "A(), B(), C()") { shop in
            #expect(try shop.miniboss("start").code == 1)
            let only = try shop.miniboss("start", "--only", "a")
            #expect(only.code == 0 && only.errors.contains("start run 2, without b, c"), "\(only.errors)")
            let status = try shop.miniboss("status").output
            #expect(status.contains("failed: exited with 3"), "\(status)")
            struct Known: Decodable { var service, state: String }
            struct Replayed: Decodable { var services: [Known] }
            let group: Replayed = try shop.decoded(shop.miniboss("replay", "2", "--json"))
            #expect(group.services.map { "\($0.service) \($0.state)" } == ["a running", "b failed", "c running"])
            let history = try shop.miniboss("history").output
            #expect(history.contains("b excluded") && history.contains("c excluded"), "\(history)")
            #expect(try shop.miniboss("start", "--only", "").code == 64)
        }
    }

    @Test("B34: a group of the same name in another directory is not taken over; one that was moved is")
    func sameName() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let first = try await shop.container("a")?.id
            let other = "\(shop.directory)/other"
            try #require(mkdir(other, 0o700) == 0)
            try shop.write("other/Miniboss.swift", shop.read("Miniboss.swift"))
            let ledger = ".miniboss/\(shop.group)/ledger.sqlite"
            let told = "that of another ledger, \(shop.directory)/\(ledger)"
            for command in ["start", "plan", "status", "stop", "logs", "exec a -- true"] {
                let refused = try shop.shell("cd other && '\(shop.program)' \(command)")
                #expect(refused.code == 64 && refused.errors.contains(told), "\(command): \(refused)")
            }
            #expect(try shop.shell("cd other && '\(shop.program)' doctor").output.contains(told))
            #expect(try !shop.shell("cd other && '\(shop.program)' postmortem").output.contains("running"))
            #expect(try await shop.container("a")?.state.running == true)
            try FileManager.default.removeItem(atPath: "\(other)/.miniboss")
            try #require(rename("\(shop.directory)/.miniboss", "\(other)/.miniboss") == 0)
            #expect(try shop.miniboss("start", "-f", "other/Miniboss.swift").code == 0)
            #expect(try await shop.container("a")?.id == first)
        }
    }

    @Test("B50: a group that was renamed, or whose file was away for a while, is the one its definition's readers are about")
    func renamed() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let first = try shop.read("Miniboss.swift")
            #expect(try shop.miniboss("start").code == 0)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            let name = "\(shop.group)-2"
            try shop.write("Miniboss.swift", first.replacing("let name = \"\(shop.group)\"", with: "let name = \"\(name)\""))
            #expect(try shop.miniboss("start").code == 0)
            struct Run: Decodable {
                var run: Int
                var command: String
            }
            func newest() throws -> Run? {
                let runs: [Run] = try shop.decoded(shop.miniboss("history", "--json"))
                return runs.first
            }
            #expect(try newest()?.run == 1)
            #expect(try shop.miniboss("postmortem").output.hasPrefix(name))
            try #require(rename("\(shop.directory)/Miniboss.swift", "\(shop.directory)/away") == 0)
            #expect(try shop.miniboss("stop", "--remove", "--group", name).code == 0)
            try #require(rename("\(shop.directory)/away", "\(shop.directory)/Miniboss.swift") == 0)
            #expect(try newest()?.command == "stop")
        }
    }

    @Test("B50: a ledger at another place needs nothing written beside the definition, and says whose it is")
    func elsewhere() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let place = ["MINIBOSS_LEDGER": "\(shop.directory)/place/ledger"]
            let none = try shop.miniboss("history", variables: place)
            #expect(none.code == 66 && none.errors.contains("there is no ledger at \(shop.directory)/place/ledger"), "\(none)")
            #expect(try shop.miniboss("start", variables: place).code == 0)
            #expect(access("\(shop.directory)/.miniboss", F_OK) != 0)
            #expect(try shop.miniboss("history", variables: place).output.contains("start"))
            // Another group can't have it as well, while there is something of the first.
            let source = try shop.read("Miniboss.swift")
            try shop.write("Miniboss.swift", source.replacing(shop.group, with: shop.group + "-two"))
            for command in ["start", "stop"] {
                let second = try shop.miniboss(command, variables: place)
                #expect(second.code == 64 && second.errors.contains("is that of the group \"\(shop.group)\""), "\(second)")
                #expect(second.errors.contains("`miniboss stop --remove -f \(shop.directory)/Miniboss.swift`"), "\(second)")
            }
            // Neither a compiler's nor an earlier program's help: the ledger knows what to stop.
            try shop.write("Miniboss.swift", "this is no Swift")
            let bare = place.merging(["XDG_CACHE_HOME": "\(shop.directory)/cache"]) { _, new in new }
            #expect(try shop.miniboss("stop", variables: bare).code == 0)
            #expect(try await shop.container("a")?.state.running == false)
            #expect(try shop.miniboss("stop", "--remove", variables: place).code == 0)
        }
    }

    @Test("B55: what stands where MINIBOSS_LEDGER points and was never a ledger is not moved away")
    func foreignLedger() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            try #require(mkdir("\(shop.directory)/photos", 0o700) == 0)
            try shop.write("photos/one", "a picture")
            try shop.write("notes.txt", "remember the milk")
            for name in ["photos", "notes.txt"] {
                let place = ["MINIBOSS_LEDGER": "\(shop.directory)/\(name)"]
                let start = try shop.miniboss("start", variables: place)
                #expect(
                    start.code == 74 && start.errors.contains("name another place") && !start.errors.contains("--set-aside"), "\(start)")
                #expect(try shop.miniboss("doctor", "--set-aside", variables: place).code == 74)
            }
            #expect(try shop.read("photos/one") == "a picture")
            #expect(try shop.read("notes.txt") == "remember the milk")
            #expect(try await shop.container("a") == nil)
        }
    }

    @Test("B55: a group whose ledger is on a read-only file system can be stopped with another one")
    func readOnly() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let here = "'\(shop.directory)'"
            try shop.write(
                "script",
                """
                mount --bind \(here) \(here) && mount -o remount,ro,bind \(here) && cd \(here) || exit 99
                '\(shop.program)' stop
                test $? -eq 74 || exit 98
                '\(shop.program)' doctor
                test $? -eq 1 || exit 97
                MINIBOSS_LEDGER=\(shop.directory)-else/ledger '\(shop.program)' stop --remove
                """)
            let finished = try shop.shell("unshare -m sh ./script; code=$?; rm -rf '\(shop.directory)-else'; exit $code")
            #expect(finished.code == 0, "\(finished)")
            #expect(finished.errors.contains("go on with a new ledger elsewhere: MINIBOSS_LEDGER="), "\(finished.errors)")
            #expect(finished.output.contains("can't be written: no run can be recorded"), "\(finished.output)")
            #expect(try await shop.container("a") == nil)
        }
    }

    @Test("B34: containers of a group whose name begins with ours, or that only have our name, are never ours")
    func neighbours() async throws {
        try await withWorkshop(chain, list: "Base()") { shop in
            let docker = try Docker(environment: ProcessInfo.processInfo.environment)
            let image = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
            var neighbour = ContainerConfig(image: image)
            neighbour.cmd = ["sleep", "1000"]
            neighbour.labels = ["io.miniboss.group": shop.group + "-two", "io.miniboss.service": "base"]
            let near = try await docker.createContainer(name: "miniboss-\(shop.group)-two_base", neighbour).id
            neighbour.labels = [:]
            let held = try await docker.createContainer(name: "miniboss-\(shop.group)_base", neighbour).id
            let outcome = await Task {
                _ = try await docker.startContainer(near)
                for command in ["plan", "status"] {
                    let told = try shop.miniboss(command).output
                    #expect(told.contains("its name miniboss-\(shop.group)_base is held by a container not made by miniboss"), "\(told)")
                }
                let refused = try shop.miniboss("start")
                #expect(refused.code == 1 && refused.errors.contains("not made by miniboss"), "\(refused.errors)")
                #expect(try await docker.inspectContainer(held).state.status == "created")
                _ = try await docker.removeContainer(held, force: true)
                #expect(try shop.miniboss("start").code == 0)
                #expect(try shop.miniboss("stop", "--remove").code == 0)
                #expect(try await docker.inspectContainer(near).state.running)
            }.result
            for id in [near, held] { _ = try await docker.removeContainer(id, force: true) }
            try outcome.get()
        }
    }

    @Test("B40: a service that is defined no more is stopped, too, and nothing to stop is no error")
    func formerMember() async throws {
        try await withWorkshop(chain, list: "Base(), Top()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("[Base(), Top()]", with: "[Base()]"))
            #expect(try shop.miniboss("status").output.contains("no longer in the definition"))
            let start = try shop.miniboss("start")
            #expect(start.code == 0 && start.errors.contains("top it is no longer in the definition and still runs"), "\(start)")
            #expect(start.output.contains("1 of 1 already running, nothing to do"), "\(start)")
            let doctor = try shop.miniboss("doctor")
            #expect(doctor.code == 1 && doctor.output.contains("of a service top that is no longer in the group"), "\(doctor.output)")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try await shop.container("top") == nil)
            let again = try shop.miniboss("stop")
            #expect(again.code == 0 && again.output.contains("nothing to stop"), "\(again.output)")
            // A name that was typed wrongly is no run; one that the group had once leaves nothing out.
            let failed = try shop.miniboss("history", "--json").output
            #expect(try shop.miniboss("stop", "--exclude", "tap").errors.contains("Did you mean \"top\"?"))
            #expect(try shop.miniboss("history", "--json").output == failed)
            let ghost = try shop.miniboss("stop", "--exclude", "top")
            #expect(ghost.code == 0, "\(ghost)")
        }
    }

    @Test("B11, B40: a network of an earlier start is told of by doctor and goes with stop --remove")
    func formerNetwork() async throws {
        try await withWorkshop(chain, list: "Base()") { shop in
            let other = "\(shop.group)-other"
            #expect(try shop.miniboss("start", "--network-name", other).code == 0)
            #expect(try shop.miniboss("start").code == 0)
            let doctor = try shop.miniboss("doctor")
            #expect(doctor.code == 1 && doctor.output.contains("network \(other), of an earlier start"), "\(doctor.output)")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try await !shop.networkExists())
            #expect(try shop.miniboss("doctor").code == 0)
        }
    }

    @Test("B11, B56: of two networks of the group with one name, as a killed run can leave them, one goes and the start goes on")
    func twinNetworks() async throws {
        try await withWorkshop(chain, list: "Base(), Top()") { shop in
            let create = """
                curl -s --unix-socket "${DOCKER_HOST#unix://}" -H 'Content-Type: application/json' http://engine/networks/create \\
                  -d '{"Name":"miniboss-\(shop.group)","Labels":{"io.miniboss.group":"\(shop.group)","io.miniboss.run":"1"}}'
                """
            let made = try shop.shell("\(create); \(create)")
            // Engines from 25 on let no two have one name; then there is nothing to mend.
            #expect(made.output.components(separatedBy: "\"Id\"").count - 1 == 2 || made.output.contains("already exists"), "\(made)")
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start)")
            let left = try await docker().listNetworks(labels: ["io.miniboss.group=\(shop.group)"])
            #expect(left.count == 1)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try await !shop.networkExists())
        }
    }

    @Test("B11, B12: with the network gone a stopped group starts; reload, run and exec stay on the network it was started on")
    func networks() async throws {
        let services = chain.replacing(
            "let dependencies = [\"base\"]", with: "let dependencies = [\"base\"]; let buildFromDirectory = \"top/\""
        )
        .replacing("let name = \"top\"\n    let image = testImage", with: "let name = \"top\"\n    let image = \"IMAGE\"")
        let image = "e2e-top-\(UInt32.random(in: .min ... .max)):1"
        try await withWorkshop(services.replacing("IMAGE", with: image), list: "Base(), Top()") { shop in
            let docker = try Docker(environment: ProcessInfo.processInfo.environment)
            try #require(mkdir("\(shop.directory)/top", 0o700) == 0)
            try shop.write("top/Dockerfile", "FROM \(environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest")\nLABEL a=b\n")
            let other = "\(shop.group)-other"
            #expect(try shop.miniboss("start", "--network-name", other).code == 0)
            // A start that names no network would move it back, and both say so.
            #expect(try shop.miniboss("plan").output.contains("network \"\(other)\" → \"miniboss-\(shop.group)\""))
            #expect(try shop.miniboss("status").output.contains("network \"\(other)\" → \"miniboss-\(shop.group)\""))
            let reload = try shop.miniboss("reload", "top")
            #expect(reload.code == 0, "\(reload.errors)")
            #expect(try await shop.container("top")?.networks.keys.sorted() == [other])
            let server = try shop.launch(["exec", "base", "--", "sh", "-c", "while :; do echo hello | nc -l -p 99; done"], name: "server-")
            // Before it is at work, the next command would be in its way.
            try await eventually("the server runs") { try shop.miniboss("history", "--limit", "1").output.contains("exec base") }
            for command in ["run", "exec"] {
                try await eventually("\(command) reaches base by its name") {
                    try shop.miniboss(command, "top", "--", "nc", "-w", "2", "base", "99").output == "hello\n"
                }
            }
            server.send(SIGINT)
            _ = try server.wait()

            #expect(try shop.miniboss("stop").code == 0)
            for network in try await docker.listNetworks(labels: ["io.miniboss.group=\(shop.group)"]) {
                _ = try await docker.removeNetwork(network.id)
            }
            #expect(try shop.miniboss("status").output.contains("the network it was on is gone"))
            let start = try shop.miniboss("start", "--network-name", other)
            #expect(start.code == 0, "\(start.errors)")
            // A part of the group is started: the ledger still knows all of it.
            #expect(try shop.miniboss("start", "--only", "base", "--network-name", other).code == 0)
            #expect(try shop.miniboss("doctor").output.contains("no longer in the group") == false)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try await docker.removeImage(image, force: true)
        }
    }

    @Test("B56: what a killed run left behind is taken away by the next start or stop", arguments: ["start", "stop"])
    func killedOneOff(command: String) async throws {
        try await withWorkshop(chain, list: "Base()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let docker = try Docker(environment: ProcessInfo.processInfo.environment)
            var left = ContainerConfig(image: environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest")
            left.cmd = ["sleep", "1000"]
            left.labels = [
                "io.miniboss.group": shop.group, "io.miniboss.service": "base", "io.miniboss.oneoff": "true", "io.miniboss.run": "7",
            ]
            let id = try await docker.createContainer(name: "miniboss-\(shop.group)_base.run7", left).id
            _ = try await docker.startContainer(id)
            let plan = try shop.miniboss("plan")
            #expect(plan.code == 2 && plan.output.contains("left over from run 7"), "\(plan)")
            let doctor = try shop.miniboss("doctor")
            #expect(doctor.code == 1 && doctor.output.contains("left over from run 7"), "\(doctor)")
            #expect(try shop.miniboss(command).code == 0)
            #expect(
                try await docker.listContainers(all: true, labels: ["io.miniboss.oneoff=true", "io.miniboss.group=\(shop.group)"]).isEmpty)
            #expect(try shop.miniboss("history").output.contains("base"))
            #expect(try await shop.container("base")?.state.running == (command == "start"))
        }
    }

    @Test("B39, B40: a service that left the definition is stopped alone, whatever once stood on it; so is a group under its old name")
    func formerAlone() async throws {
        let all = sleeper("a") + sleeper("b", dependencies: #"["a"]"#) + sleeper("c", dependencies: #"["b"]"#)
        try await withWorkshop(all, list: "A(), B(), C()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let source = try shop.read("Miniboss.swift").replacing("A(), B(), C()", with: "A(), C()")
                .replacing(#"= ["b"]"#, with: #"= ["a"]"#)
            try shop.write("Miniboss.swift", source)
            #expect(try shop.miniboss("start").code == 0)
            let stop = try shop.miniboss("stop", "--exclude", "a,c")
            #expect(stop.code == 0, "\(stop)")
            #expect(try await shop.container("b")?.state.running == false)
            #expect(try await shop.container("c")?.state.running == true)

            try shop.write("Miniboss.swift", source.replacing(shop.group, with: shop.group + "-new"))
            let old = try shop.miniboss("stop", "--remove", "--group", shop.group)
            #expect(old.code == 0, "\(old)")
            #expect(try await shop.container("c") == nil)
            let start = try shop.miniboss("start", "--group", shop.group)
            #expect(start.code == 64, "\(start)")
        }
    }

    @Test("B40, B56: nothing is called stopped or undone because another engine answers")
    func otherEngine() async throws {
        try await withWorkshop(chain, list: "Base()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let killed = try shop.launch(["exec", "base", "--", "sleep", "100"], name: "exec-")
            try await eventually("the command runs") { try shop.miniboss("history", "2").output.contains("exec_in_container") }
            killed.send(SIGKILL)
            _ = try killed.wait()
            let empty = try emptyEngine()
            defer { empty.stop() }
            let stop = try shop.miniboss("stop", variables: ["DOCKER_HOST": empty.host])
            #expect(stop.code == 1 && stop.errors.contains("was started on another Docker Engine"), "\(stop.errors)")
            for _ in 1...2 {
                let forgetting = try shop.miniboss("stop", "--remove", variables: ["DOCKER_HOST": empty.host])
                #expect(forgetting.code == 1 && forgetting.errors.contains("was started on another Docker Engine"), "\(forgetting.errors)")
            }
            #expect(try await shop.container("base")?.state.running == true)
            #expect(try !shop.miniboss("history", "2", "--json").output.contains("step.unknown"))
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try shop.miniboss("history", "2", "--json").output.contains("step.unknown"))
        }
    }

    @Test("B40: a group whose engine answered late is known to be on that one")
    func lateEngine() async throws {
        try await withWorkshop(chain, list: "Base()") { shop in
            let socket = try #require(environment("DOCKER_HOST")).replacing("unix://", with: "")
            let late = try EngineOverTCP(socket) {
                let history = try? shop.launch(["history", "1", "--json"], name: "look-").wait()
                return history?.output.contains("\"run.started\"") ?? true
            }
            let start = try shop.miniboss("start", variables: ["DOCKER_HOST": "tcp://127.0.0.1:\(late.port)"])
            #expect(start.code == 0 && start.errors.contains("the engine answered"), "\(start)")
            let empty = try emptyEngine()
            defer { empty.stop() }
            let stop = try shop.miniboss("stop", variables: ["DOCKER_HOST": empty.host])
            #expect(stop.code == 1 && stop.errors.contains("was started on another Docker Engine"), "\(stop)")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    /// An engine of another id that has nothing.
    private func emptyEngine() throws -> ScriptedEngine {
        let empty = try ScriptedEngine()
        empty.on("HEAD", "/_ping", .reply(ScriptedReply(200, headers: ["Api-Version": "1.41"])))
        let info = #"{"ID":"OTHER","ServerVersion":"20.10.0","SystemTime":"2026-01-01T00:00:00.000000000Z"}"#
        empty.on("GET", "/info", .reply(.json(200, info)))
        for path in ["/containers/json", "/images/json", "/networks"] { empty.on("GET", path, .reply(.json(200, "[]"))) }
        return empty
    }

    @Test("B11: a network the user names is joined, and never removed when it is not ours")
    func namedNetwork() async throws {
        try await withWorkshop(chain, list: "Base()") { shop in
            let docker = try Docker(environment: ProcessInfo.processInfo.environment)
            let network = try await docker.createNetwork(name: "given-\(shop.group)", labels: [:], driver: "bridge")
            let start = try shop.miniboss("start", "--network-name", "given-\(shop.group)")
            #expect(start.code == 0, "\(start.errors)")
            #expect(try await shop.container("base")?.networks.keys.sorted() == ["given-\(shop.group)"])
            #expect(try shop.miniboss("stop", "--remove", "--network-name", "given-\(shop.group)").code == 0)
            #expect(try await docker.inspectNetwork(network).name == "given-\(shop.group)")
            _ = try await docker.removeNetwork(network)
        }
    }

    @Test("B42, B57: a file that is named and from which nothing was started is about no other file's group")
    func strangeFile() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let missing = try shop.miniboss("-f", "Missing.swift", "history")
            #expect(missing.code == 66 && missing.output.isEmpty && missing.errors.contains("there is no file Missing.swift"), "\(missing)")
            #expect(missing.errors.contains("--group NAME") && missing.errors.contains(shop.group), "\(missing)")
            try shop.write("New.swift", "this is no Swift")
            let stop = try shop.miniboss("-f", "New.swift", "stop")
            #expect(stop.code == 64 && stop.errors.contains("nothing has been started from New.swift yet"), "\(stop)")
            #expect(try await shop.container("a")?.state.running == true)
            // What other tools have -f for.
            let follow = try shop.miniboss("logs", "-f", "a")
            #expect(follow.code == 66 && follow.errors.contains("--follow"), "\(follow)")
            #expect(try shop.miniboss("-f", "Miniboss.swift", "history").code == 0)
            let inFirstPlace = try shop.miniboss("Miniboss.swift", "stop")
            #expect(inFirstPlace.output.contains("miniboss -f Miniboss.swift history 2"), "\(inFirstPlace)")
        }
    }

    @Test("a command that is not in the container ends as in a shell, and what the engine says of it is no output")
    func missingCommand() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let missing = try shop.miniboss("exec", "a", "--", "nosuch")
            #expect(missing.code == 127 && missing.output.isEmpty, "\(missing)")
            #expect(missing.errors.contains("`nosuch` can't be run") && missing.errors.contains("container and executable"), "\(missing)")
            #expect(try shop.miniboss("exec", "a", "--", "/etc").code == 126)
            let echoed = try shop.miniboss("exec", "a", "--", "sh", "-c", "echo 'OCI runtime'; exit 126")
            #expect(echoed.code == 126 && echoed.output == "OCI runtime\n", "\(echoed)")
        }
    }

    @Test("a second definition that init writes is another group's")
    func secondDefinition() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let written = try shop.miniboss("init", "-f", "Other One.swift")
            #expect(written.code == 0, "\(written)")
            let text = try shop.read("Other One.swift")
            #expect(text.contains("struct Group: ServiceGroup {\n    let name = \"other-one\"\n"), "\(text)")
        }
    }

    @Test("B50, B57: a command on another group by --group does not make that one the definition's")
    func otherGroup() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let other = "\(shop.group)-other"
            let definition = try shop.read("Miniboss.swift")
            try shop.write("Other.swift", definition.replacing("let name = \"\(shop.group)\"", with: "let name = \"\(other)\""))
            #expect(try shop.miniboss("start").code == 0)
            let start = try shop.miniboss("-f", "Other.swift", "start")
            #expect(start.code == 0 && start.output.contains("miniboss -f Other.swift history 1"), "\(start)")
            #expect(try shop.miniboss("exec", "--group", other, "a", "--", "true").code == 0)
            #expect(try shop.miniboss("postmortem").output.hasPrefix("\(shop.group):"))
            #expect(
                try shop.miniboss("exec", "a", "--", "hostname", "-i").output
                    != shop.miniboss(
                        "-f", "Other.swift", "exec", "a", "--", "hostname", "-i"
                    ).output)
            #expect(try shop.miniboss("-f", "Other.swift", "stop", "--remove").code == 0)
        }
    }
}
