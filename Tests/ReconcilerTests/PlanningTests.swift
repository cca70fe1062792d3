import Reconciler
import Testing

private func print(_ spec: ServiceSpec) -> String { spec.canonicalText(network: "miniboss-g") }

private func request(_ services: [ServiceSpec], containers: [ObservedContainer] = [], history: GroupState = GroupState()) -> PlanRequest {
    PlanRequest(
        desired: GroupSpec(name: "g", services: services),
        observed: ObservedGroup(containers: containers, networkExists: true, images: ["db:1": "sha256:db", "app:1": "sha256:app"]),
        history: history, fingerprint: print)
}

private func container(of service: ServiceSpec, _ status: ObservedContainer.Status, from made: ServiceSpec? = nil) -> ObservedContainer {
    let made = made ?? service
    return ObservedContainer(
        id: "id-\(service.name)", name: "miniboss-g_\(service.name)", service: service.name, status: status,
        exitCode: status == .exited ? 0 : nil, imageID: "sha256:\(service.name)", fingerprint: print(made), networks: ["miniboss-g"],
        configuration: ObservedConfiguration(image: made.image, env: made.env.mapValues(\.text), stopSignal: made.stopSignal.rawValue))
}

private let db = ServiceSpec(name: "db", image: "db:1", env: ["MODE": "one"])
private let app = ServiceSpec(name: "app", image: "app:1", dependencies: ["db"])

@Suite struct PlanningTests {
    @Test("B13, B14, B18: nothing exists: made at once, started in order of dependency")
    func fresh() {
        #expect(
            planStart(request([db, app])).text == """
                1 create_container db: no container exists
                2 pre_start db: no container exists (after 1)
                3 start_container db: no container exists (after 1, 2)
                4 ping db: new container (after 3)
                5 post_start db: new container (after 4)
                6 create_container app: no container exists
                7 pre_start app: no container exists (after 5, 6)
                8 start_container app: no container exists (after 6, 7)
                9 ping app: new container (after 8)
                10 post_start app: new container (after 9)
                """)
    }

    @Test("B19: running and as defined gets no step")
    func untouched() {
        let plan = planStart(request([db, app], containers: [container(of: db, .running), container(of: app, .running)]))
        #expect(plan.isEmpty)
        #expect(plan.outlooks.map(\.disposition) == [.untouched, .untouched])
    }

    @Test("B20: stopped and as defined is started and pinged, not made anew")
    func restarted() {
        let plan = planStart(request([db], containers: [container(of: db, .exited)]))
        #expect(plan.steps.map(\.kind) == [.startContainer, .ping])
    }

    @Test(
        "B20, B31: what takes keys is looked at again once what it needs was started again: a ping may write",
        arguments: [ObservedContainer.Status.running, .exited, .created])
    func afterPing(status: ObservedContainer.Status) throws {
        var reader = app
        reader.env = ["USER": "{user}"]
        var web = ServiceSpec(name: "web", image: "web:1", dependencies: ["app"], env: ["USER": "{user}"])
        var log = HistoryFacts()
        log.add(0, "db", ContextWritten(key: "user", value: .string("dba"), secret: false, hook: .ping))
        let history = try GroupState(folding: log.facts)
        func disposition(_ service: ServiceSpec, _ other: ServiceSpec? = nil, db state: ObservedContainer.Status) throws -> String? {
            let services = [db] + [other, service].compactMap { $0 }
            let made = try services.dropFirst().map { try $0.resolved(history.context) }
            let containers = [container(of: db, state)] + made.map { container(of: $0, status) }
            let plan = planStart(request(services, containers: containers, history: history))
            return plan.outlook(of: service.name).map { "\($0.disposition.rawValue): \($0.cause)" }
        }
        let stopped = status == .running ? "" : "its container is \(status.rawValue); "
        #expect(try disposition(reader, db: .exited) == "reconsidered: \(stopped){user} may be written by a ping before it")
        #expect(try disposition(app, db: .exited)?.hasPrefix("reconsidered") == false)
        #expect(try disposition(reader, db: .running)?.hasPrefix("reconsidered") == false)
        // What only tries a readiness writes nothing.
        var quiet = request(
            [db, reader], containers: [container(of: db, .exited), container(of: try reader.resolved(history.context), status)],
            history: history)
        quiet.ownPings = []
        #expect(planStart(quiet).outlook(of: "app")?.disposition != .reconsidered)
        // The key is lost: the ping may write it before its turn.
        quiet.ownPings = ["db"]
        quiet.history = GroupState()
        #expect(planStart(quiet).outlook(of: "app")?.disposition == .reconsidered)
        // Through one that takes no key, too.
        #expect(try disposition(web, app, db: .exited)?.hasPrefix("reconsidered") == true)
        web.env = [:]
        #expect(try disposition(web, app, db: .exited)?.hasPrefix("reconsidered") == false)
    }

    @Test("B22: a changed env value makes a new container, whether it runs or not", arguments: [ObservedContainer.Status.running, .exited])
    func changedEnv(status: ObservedContainer.Status) {
        var changed = db
        changed.env = ["MODE": "two"]
        let plan = planStart(request([changed], containers: [container(of: db, status)]))
        #expect(plan.steps.first?.kind == .createContainer)
        #expect(plan.steps.first?.cause == "replaced: env.MODE \"one\" → \"two\"")
        #expect(plan.outlooks.first?.differences == [Difference(field: "env.MODE", desired: "two", actual: "one")])
    }

    @Test("B22, B54: a secret shows in no difference")
    func secretDifference() {
        var changed = db
        changed.env = ["MODE": EnvironmentValue("two", isSecret: true)]
        let plan = planStart(request([changed], containers: [container(of: db, .running)]))
        #expect(plan.outlooks.first?.differences == [Difference(field: "env.MODE", desired: "******", actual: "******")])
    }

    @Test("B23: each field that makes a container is compared")
    func changedField() {
        let changes: [(String, (inout ServiceSpec) -> Void)] = [
            ("image", { $0.image = "app:1" }), ("ports", { $0.ports = [PortMapping(container: 80, host: 8080)] }),
            ("volumes", { $0.volumes = [VolumeMount(source: .named("data"), target: "/data")] }),
            ("entrypoint", { $0.entrypoint = ["/run"] }),
            ("cmd", { $0.command = ["serve"] }), ("user", { $0.user = "nobody" }), ("stop_signal", { $0.stopSignal = .sigint }),
        ]
        for (field, change) in changes {
            var changed = db
            change(&changed)
            let plan = planStart(request([changed], containers: [container(of: db, .running)]))
            #expect(plan.outlooks.first?.disposition == .replaced)
            #expect(plan.outlooks.first?.differences.map(\.field) == [field])
        }
    }

    @Test("B24: alwaysStartNew replaces what is as defined")
    func alwaysNew() {
        var fresh = db
        fresh.alwaysStartNew = true
        #expect(planStart(request([fresh], containers: [container(of: db, .running)])).outlooks.first?.disposition == .replaced)
    }

    @Test("B26: tag latest with a build directory is built at each start")
    func built() {
        let service = ServiceSpec(name: "web", image: "web", build: BuildSource(directory: "/web"))
        #expect(planStart(request([service])).steps.first?.kind == .buildImage)
        let running = container(of: service, .running)
        #expect(planStart(request([service], containers: [running])).steps.map(\.kind) == [.buildImage, .reconsider])
    }

    @Test("B36: a dependency stops only after all its dependents")
    func stopOrder() {
        let plan = planStop(
            StopRequest(
                members: [("db", []), ("app", ["db"])], network: "miniboss-g",
                observed: ObservedGroup(containers: [container(of: db, .running), container(of: app, .running)])))
        #expect(
            plan.steps.map { "\($0.kind.rawValue) \($0.service ?? "")" } == [
                "pre_stop app", "stop_container app", "pre_stop db", "stop_container db",
            ])
        #expect(plan.steps[2].after == [2])
    }

    @Test("B4: a chain 10,000 deep has an order, a cycle in it is found")
    func deepChain() {
        var chain = (0..<10_000).map { (name: "s\($0)", dependencies: $0 == 0 ? [] : ["s\($0 - 1)"]) }
        #expect(ServiceGraph(chain).startOrder.count == 10_000)
        chain[0].dependencies = ["s2"]
        #expect(ServiceGraph(chain).shortestCycle?.count == 4)
    }

    @Test("B28: what fails takes only its dependents with it")
    func givenUp() {
        var schedule = Schedule(planStart(request([db, app])))
        #expect(schedule.begin().map(\.id) == [1, 6])
        #expect(schedule.failed(1).map(\.id) == [2, 3, 4, 5, 7, 8, 9, 10])
        schedule.succeeded(6)
        #expect(schedule.begin().isEmpty)
    }

    @Test("B19, B23: words of a command are told apart, and no words are the image's own")
    func commandWords() {
        func differing(_ desired: ServiceSpec, command: [String], entrypoint: [String]? = nil, image: [String]? = nil) -> [String] {
            var actual = container(of: db, .running)
            actual.configuration = ObservedConfiguration(
                image: db.image, env: ["MODE": "one"], entrypoint: entrypoint, command: command, stopSignal: "SIGTERM",
                imageDefaults: ImageDefaults(command: image))
            return differences(desired: desired, network: "miniboss-g", imageID: "sha256:db", actual: actual).map(\.words)
        }
        var split = db
        split.command = ["sh", "-c", "sleep", "100"]
        #expect(differing(split, command: ["sh", "-c", "sleep 100"]) == ["cmd \"sh -c 'sleep 100'\" → \"sh -c sleep 100\""])
        #expect(differing(split, command: ["sh", "-c", "sleep", "100"]).isEmpty)
        var none = db
        none.command = []
        #expect(differing(none, command: ["httpd"], image: ["httpd"]).isEmpty)
        none.entrypoint = []
        #expect(differing(none, command: ["httpd"], image: ["httpd"]).isEmpty)
        none.entrypoint = ["/run"]
        #expect(differing(none, command: ["httpd"], entrypoint: ["/run"], image: ["httpd"]).count == 1)
    }

    @Test("B31: braces round what can't be a key say how braces are written; a misspelt key suggests the nearest")
    func braces() throws {
        for text in ["{\"a\": 1}", "{ k }", "{\n}"] {
            let error = #expect(throws: TemplateError.self) { try Template(text) }
            #expect(error?.description.contains("write {{ and }} for braces") == true)
        }
        let error = #expect(throws: TemplateError.self) { try Template("{user_ids}").resolved(ContextValues(["user_id": .int(1)])) }
        #expect(error?.description.contains("did you mean {user_id}?") == true)
    }

    @Test("B31: whether a key stands for a volume or a directory, and where a path begins, is known once it has its value")
    func paths() throws {
        let context = ContextValues(["dir": .string("/made"), "name": .string("data")])
        func resolved(_ source: VolumeMount.Source) throws -> VolumeMount.Source {
            try ServiceSpec(name: "a", image: "a", volumes: [VolumeMount(source: source, target: "/d")]).resolved(context).volumes[0].source
        }
        #expect(try resolved(.named("{dir}")) == .directory("/made"))
        #expect(try resolved(.named("{name}")) == .named("data"))
        #expect(try resolved(.directory("/home/me/{name}/x")) == .directory("/home/me/data/x"))
        #expect(try resolved(.directory("/home/me/{dir}/x")) == .directory("/made/x"))
        let built = ServiceSpec(name: "a", image: "a", build: BuildSource(directory: "/home/me/{dir}", dockerfile: "Dockerfile"))
        #expect(try built.resolved(context).build?.directory == "/made")
    }

    @Test("B1, B2, B3, B5, B6, B7, B31: everything wrong with a definition is told")
    func problems() {
        let spec = GroupSpec(
            name: "g",
            services: [
                ServiceSpec(name: "", image: "a", typeName: "A"), ServiceSpec(name: "b", image: "", typeName: "B"),
                ServiceSpec(
                    name: "c", image: "c", dependencies: ["dd"], env: ["": "x", "K": "{", "N\nM": "x"],
                    ports: [PortMapping(container: 0, host: 70_000)],
                    typeName: "C"),
                ServiceSpec(
                    name: "d", image: "d",
                    volumes: [
                        VolumeMount(source: .named("x"), target: "/x", readOnly: false),
                        VolumeMount(source: .directory("/y"), target: "/", readOnly: false),
                    ], typeName: "D"), ServiceSpec(name: "d", image: "d", typeName: "E"),
            ])
        let told = spec.problems().map(\.description)
        for words in [
            "A.name", "B.image", "did you mean \"d\"", "2 services are named \"d\" (D, E)", "container port 0", "host port 70000",
            "empty key", "unbalanced", "a line break", "\"x\" is no name of a volume", "over the whole container",
        ] {
            #expect(told.contains { $0.contains(words) }, "\(words) in \(told)")
        }
        #expect(GroupSpec(name: "g", services: []).problems().count == 1)
    }

    @Test("B7: what is too long for Linux in one piece is named, without its value; one byte less is not")
    func oversized() {
        let fits = String(repeating: "x", count: 131_071)
        var spec = ServiceSpec(name: "a", image: "a", env: ["K": EnvironmentValue(String(fits.dropLast(2)))], command: [fits])
        #expect(spec.oversized.isEmpty)
        spec.env["K"]?.text += "x"
        spec.entrypoint = ["sh", fits + "x"]
        #expect(
            spec.oversized.map { $0.prefix(38) } == ["env.K has 131072 bytes; Linux starts n", "a word of its entrypoint has 131072 by"])
    }

    @Test("status goes by the container that a start would go on with, and tells of the one beside it")
    func statusOfTwo() {
        var stale = container(of: db, .running, from: ServiceSpec(name: "db", image: "db:1", env: ["MODE": "old"]))
        stale.id = "stale"
        stale.name = "miniboss-g_db.run3"
        let made = container(of: db, .exited)
        let observed = request([db], containers: [stale, made]).observed
        let choice = ContainerChoice([stale, made], properName: made.name, fingerprint: print(db))
        let status = ServiceStatus(of: db, choice, on: "miniboss-g", in: observed, GroupState(), hide: Redaction())
        #expect(status.containerID == made.id && status.state == "exited" && status.differences.isEmpty)
        #expect(status.reason.hasSuffix("left over beside it: miniboss-g_db.run3 (running), which `miniboss start` clears away"))
        #expect(planStart(request([db], containers: [stale, made])).outlook(of: "db")?.containerID == status.containerID)
    }

    @Test("a service runs without one that failed only where that one does not run in an older container")
    func statusBesideFailed() throws {
        var state = GroupState()
        for event in [ServiceEvent.planned, .failed] {
            let from = state["db"].phase
            let change = StateChanged(from: from, to: try from.after(event), event: event, containerID: nil)
            try state.apply(
                RecordedFact(seq: 1, run: 1, at: "", monoNs: 0, service: "db", operation: nil, event: .stateChanged(change)))
        }
        func reason(_ others: [ObservedContainer]) -> String {
            let own = container(of: app, .running)
            let observed = request([db, app], containers: others + [own]).observed
            let choice = ContainerChoice([own], properName: own.name, fingerprint: print(app))
            return ServiceStatus(of: app, choice, on: "miniboss-g", in: observed, state, hide: Redaction()).reason
        }
        #expect(reason([]) == "runs without db, which it needs: that failed")
        #expect(reason([container(of: db, .exited)]) == "runs without db, which it needs: that failed")
        #expect(reason([container(of: db, .running)]).isEmpty)
    }

    @Test("B53: a host port that was not chosen yet differs from no port, and one that was does")
    func unchosenPort() throws {
        func told(_ before: [PortMapping], _ now: [PortMapping]) throws -> [String?] {
            func made(_ ports: [PortMapping], _ facts: inout HistoryFacts) {
                var service = db
                service.ports = ports
                let spec = SpecSummary(service, imageID: nil, network: "n")
                facts.add(1, "db", StepIntended(step: .createContainer, cause: "c", target: "t", spec: spec), operation: "o")
            }
            var first = HistoryFacts(run: 1)
            first.start([("db", [])])
            try first.move(1, "db", .planned)
            made(before, &first)
            try first.move(2, "db", .createBegan, .containerCreated, .startBegan, .containerStarted, .pingSucceeded)
            var second = HistoryFacts(run: 2, after: first)
            second.start([("db", [])])
            made(now, &second)
            return SpecChange.all(in: second.own, earlier: first.facts)["db", default: []].map(\.now)
        }
        let chosen = [PortMapping(container: 80, host: 43279)]
        #expect(try told(chosen, [PortMapping(container: 80, host: 0)]).isEmpty)
        #expect(try told(chosen, [PortMapping(container: 81, host: 0)]) == ["81:0"])
        #expect(try told(chosen, [PortMapping(container: 80, host: 43280)]) == ["80:43280"])
    }

    @Test("B44, B49: a reload takes along what one that failed had stopped, and names what it leaves down")
    func reloadAfterFailed() throws {
        var state = GroupState()
        let blocked = StateChanged(from: .absent, to: .blocked, event: .blocked, containerID: nil)
        try state.apply(RecordedFact(seq: 1, run: 1, at: "", monoNs: 0, service: "app", operation: nil, event: .stateChanged(blocked)))
        let side = ServiceSpec(name: "side", image: "side:1", dependencies: ["db"])
        let group = GroupSpec(name: "g", services: [db, app, side])
        func selection(_ state: GroupState) throws -> ReloadSelection {
            let containers = [container(of: db, .running), container(of: app, .exited), container(of: side, .exited)]
            return try ReloadSelection(
                of: db, in: group, withDependents: true, isMoving: false, observed: ObservedGroup(containers: containers),
                remembered: state)
        }
        #expect(try selection(state).dependents.map(\.name) == ["app"] && selection(state).down == ["side"])
        #expect(try selection(GroupState()).dependents.isEmpty && selection(GroupState()).down == ["app", "side"])
    }

    @Test("B22: two spellings of one letter are different bytes, and so a difference")
    func bytewise() {
        let desired = ServiceSpec(name: "a", image: "i:1", env: ["NAME": "caf\u{E9}"], command: ["\u{E9}"])
        let configuration = ObservedConfiguration(
            image: "i:1", env: ["NAME": "cafe\u{301}"], command: ["e\u{301}"], stopSignal: desired.stopSignal.rawValue)
        let actual = ObservedContainer(
            id: "c", name: "n", service: "a", status: .running, imageID: "sha256:i", networks: ["n"], configuration: configuration)
        #expect(differences(desired: desired, network: "n", imageID: "sha256:i", actual: actual).map(\.field) == ["env.NAME", "cmd"])
    }

    @Test("B27: the containers that ended with nobody there are those of which no run knows the end")
    func endedUnseen() throws {
        func container(_ id: String, _ service: String, _ status: ObservedContainer.Status, code: Int? = nil) -> ObservedContainer {
            ObservedContainer(id: id, name: id, service: service, status: status, exitCode: code)
        }
        func history(_ events: ServiceEvent..., failure: Failure? = nil) throws -> GroupState {
            var state = GroupState()
            let life: [ServiceEvent] = [.planned, .createBegan, .containerCreated, .startBegan, .containerStarted] + events
            for (index, event) in life.enumerated() {
                let from = state["a"].phase
                let change = StateChanged(
                    from: from, to: try from.after(event), event: event, containerID: event == .containerCreated ? "a" : nil,
                    failure: event == .failed ? failure : nil)
                try state.apply(
                    RecordedFact(seq: index + 1, run: 1, at: "", monoNs: 0, service: "a", operation: nil, event: change.event))
            }
            return state
        }
        let group = GroupSpec(
            name: "g", services: [ServiceSpec(name: "a", image: "i"), ServiceSpec(name: "job", image: "i", expectedExits: [0])])
        let died = ObservedGroup(containers: [container("a", "a", .exited, code: 137)])
        #expect(try died.endedUnseen(history(.postStartBegan, .postStartFinished), expected: group) == ["a"])
        #expect(try died.endedUnseen(history(.interrupted), expected: group) == ["a"])
        #expect(died.endedUnseen(GroupState(), expected: group) == ["a"], "another one than the ledger knows")
        #expect(try died.endedUnseen(history(.stopBegan, .containerStopped), expected: group) == [])
        #expect(
            try died.endedUnseen(history(.failed, failure: Failure(.pingTimeout, phase: .ping, summary: "not ready")), expected: group) == [
                "a"
            ], "it ran on after it had failed")
        let known = Failure(.exitedNonzero, phase: .ping, summary: "exited", exitCode: 1)
        #expect(try died.endedUnseen(history(.failed, failure: known), expected: group) == [])
        let others = ObservedGroup(containers: [
            container("b", "a", .running), container("c", "a", .created), container("j", "job", .exited, code: 0),
        ])
        #expect(others.endedUnseen(GroupState(), expected: group) == [])
        #expect(ObservedGroup(containers: [container("j", "job", .exited, code: 1)]).endedUnseen(GroupState(), expected: group) == ["j"])
    }

    @Test("B31: a brace that can't be resolved is an error with the string, what is wrong with it, and the keys that exist")
    func templateErrors() {
        func error(_ text: String, _ context: ContextValues = ContextValues()) -> String? {
            do {
                _ = try Template(text).resolved(context)
                return nil
            } catch { return "\(error)" }
        }
        let context = ContextValues(["user": .string("u"), "port": .int(1)])
        #expect(
            error("{usr}@h", context)
                == "\"{usr}@h\" needs the context key \"usr\", which nobody has written; did you mean {user}? keys that exist: port, user")
        #expect(error("{usr}@h") == "\"{usr}@h\" needs the context key \"usr\", which nobody has written; the context is empty")
        #expect(
            error("x{0}", context)
                == "\"x{0}\" has the positional field {0}; name a context key inside the braces, or write {{ and }} for braces")
        #expect(error("x{}", context)?.hasPrefix("\"x{}\" has the positional field {}") == true)
        #expect(error("a } b", context) == "\"a } b\" has an unbalanced brace; write {{ and }} for braces")
        #expect(error("{{user}} {user}", context) == nil)
    }
}
