import Reconciler
import Testing

/// What a failed step means for the services behind it, tried on the walk itself.
@Suite struct PlanWalkTests {
    private let db = ServiceSpec(name: "db", image: "db:1")
    private let app = ServiceSpec(name: "app", image: "app:1", dependencies: ["db"], build: BuildSource(directory: "/app"))
    private let web = ServiceSpec(name: "web", image: "web:1", dependencies: ["app"])
    private let failure = Failure(.exitedNonzero, phase: .ping, summary: "exited with 1")

    private var group: GroupSpec { GroupSpec(name: "g", services: [db, app, web]) }

    private func request(running: Bool) -> PlanRequest {
        var world = PlannedWorld(group: group)
        world.observed.networkExists = true
        for service in group.services {
            world.observed.images[service.image] = "sha256:\(service.image)"
            guard running else { continue }
            world.make(service, id: "id-\(service.name)", name: "miniboss-g_\(service.name)", network: group.network)
            world.change("id-\(service.name)") { $0.status = .running }
        }
        return world.request
    }

    /// Carries out a plan in which the first step of this kind and service fails.
    private func aftermaths(of plan: Plan, failing kind: StepKind, of service: String) -> [PlanWalk.Aftermath] {
        var walk = PlanWalk(plan, graph: ServiceGraph(group))
        var found: [PlanWalk.Aftermath] = []
        var under = walk.begin()
        while !under.isEmpty {
            let step = under.removeFirst()
            found += walk.finish(step.id, step.kind == kind && step.service == service ? .failed(failure) : .succeeded)
            under += walk.begin()
        }
        return found
    }

    @Test("B28: in a start, those who need what failed are blocked, with the chain that leads to it")
    func start() {
        #expect(
            aftermaths(of: planStart(request(running: false)), failing: .ping, of: "db") == [
                .fail("db", failure, in: .ping), .block("app", because: ["db"]), .block("web", because: ["db", "app"]),
            ])
    }

    @Test("B44: in a reload, a failed build is the failure of its service alone; its dependents run on")
    func reloadBuild() {
        let plan = planReload(app, dependents: [web], replacesDependents: false, request(running: true))
        #expect(
            aftermaths(of: plan, failing: .buildImage, of: "app") == [
                .fail("app", failure, in: .buildImage), .leave("web", because: "app"),
            ])
    }

    @Test("B43: in a reload, dependents that were stopped already are blocked by what failed after")
    func reloadStart() {
        let plan = planReload(app, dependents: [web], replacesDependents: false, request(running: true))
        #expect(
            aftermaths(of: plan, failing: .ping, of: "app") == [.fail("app", failure, in: .ping), .block("web", because: ["app"])])
    }

    @Test("B36: in a stop, what is needed by one that can't be stopped runs on")
    func stop() {
        let plan = planStop(request(running: true).stop)
        #expect(
            aftermaths(of: plan, failing: .stopContainer, of: "web") == [
                .fail("web", failure, in: .stopContainer), .leave("app", because: "web"), .leave("db", because: "web"),
            ])
    }

    @Test("B36: once its process has ended, what it needs is stopped; its own removal waits for the engine")
    func ended() throws {
        var walk = PlanWalk(planStop(request(running: true).stop(removes: true)), graph: ServiceGraph(group))
        func begun() -> [String] { walk.begin().map { "\($0.id) \($0.kind.rawValue) \($0.service ?? "")" } }
        #expect(begun() == ["1 pre_stop web"])
        _ = walk.finish(1, .succeeded)
        #expect(begun() == ["2 stop_container web"])
        walk.ended(2)
        #expect(begun() == ["4 pre_stop app"])
        _ = walk.finish(2, .succeeded)
        #expect(begun() == ["3 remove_container web"])
        _ = walk.finish(4, .succeeded)
        #expect(begun() == ["5 stop_container app"])
        // The engine's trouble after that is no reason to leave the rest running.
        walk.ended(5)
        #expect(walk.finish(5, .failed(failure)).contains { if case .leave = $0 { true } else { false } } == false)
        #expect(begun() == ["7 pre_stop db"])
    }

    @Test("B28: one whose new container is made already is blocked, and not left, when its old one is not stopped for it")
    func replaced() {
        var request = request(running: true)
        for index in request.desired.services.indices { request.desired.services[index].env["NEW"] = "1" }
        let failing = aftermaths(of: planStart(request), failing: .startContainer, of: "db")
        #expect(failing.contains(.block("web", because: ["db", "app"])))
        #expect(!failing.contains { if case .leave = $0 { true } else { false } })
    }

    @Test("B13, B28: a dependency that dies when it ran already keeps those from starting that have not begun to")
    func diedLater() throws {
        var request = request(running: false)
        request.desired.services.append(ServiceSpec(name: "slow", image: "db:1"))
        request.desired.services[2].dependencies = ["app", "slow"]
        var walk = PlanWalk(planStart(request), graph: ServiceGraph(request.desired))
        var under = walk.begin()
        // All but what concerns `slow` and what waits for it.
        while let next = under.firstIndex(where: { $0.service != "slow" }) {
            #expect(walk.finish(under.remove(at: next).id, .succeeded).isEmpty)
            under += walk.begin()
        }
        var other = walk
        #expect(other.died("app") == [.block("web", because: ["app"])])
        #expect(other.hasFailed("app") && other.died("app").isEmpty)
        #expect(walk.died("db") == [.block("web", because: ["db", "app"])])
        while !under.isEmpty {
            #expect(walk.finish(under.removeFirst().id, .succeeded).isEmpty)
            under += walk.begin()
            #expect(!under.contains { $0.service == "web" })
        }
    }

    @Test("B28: a service is not called blocked while a step of its own is still under way")
    func busy() throws {
        let plan = planStart(request(running: false))
        var walk = PlanWalk(plan, graph: ServiceGraph(group))
        let first = walk.begin()
        // Containers are made early: db's create fails while app's is under way.
        let dbCreate = try #require(first.first { $0.service == "db" && $0.kind == .createContainer })
        let appCreate = try #require(first.first { $0.service == "app" })
        let webCreate = try #require(first.first { $0.service == "web" })
        #expect(walk.finish(dbCreate.id, .failed(failure)) == [.fail("db", failure, in: .createContainer)])
        #expect(walk.finish(webCreate.id, .succeeded) == [.block("web", because: ["db", "app"])])
        #expect(walk.finish(appCreate.id, .succeeded) == [.block("app", because: ["db"])])
        #expect(walk.begin().isEmpty)
    }

    @Test("B28: a dependency that dies while the question about its dependent is under way: the answer comes too late")
    func diedDuringQuestion() throws {
        var latest = app
        latest.image = "app:latest"
        let group = GroupSpec(name: "g", services: [db, latest])
        var world = PlannedWorld(group: group)
        world.observed.networkExists = true
        for service in group.services {
            world.observed.images[service.image] = "sha256:\(service.image)"
            world.make(service, id: "id-\(service.name)", name: "miniboss-g_\(service.name)", network: group.network)
            world.change("id-\(service.name)") { $0.status = .running }
        }
        var walk = PlanWalk(planStart(world.request), graph: ServiceGraph(group))
        let build = try #require(walk.begin().first)
        #expect(build.kind == .buildImage && walk.finish(build.id, .succeeded).isEmpty)
        let question = try #require(walk.begin().first)
        #expect(question.kind == .reconsider && walk.died("db") == [.cutShort("app")])
        #expect(walk.finish(question.id, .replanned(planStart(request(running: false)))) == [.block("app", because: ["db"])])
        #expect(walk.begin().isEmpty)
    }

    @Test("B28, B29: who is being pinged when its dependency dies is cut short and blocked; who was faster than that runs")
    func diedDuringPing() throws {
        var walk = PlanWalk(planStart(request(running: false)), graph: ServiceGraph(group))
        var under = walk.begin()
        while let next = under.firstIndex(where: { !($0.service == "app" && $0.kind == .ping) }) {
            #expect(walk.finish(under.remove(at: next).id, .succeeded).isEmpty)
            under += walk.begin()
        }
        let ping = try #require(under.first)
        #expect(walk.died("db") == [.cutShort("app"), .block("web", because: ["db", "app"])])
        #expect(walk.begin().isEmpty)
        var faster = walk
        #expect(walk.finish(ping.id, .givenUp) == [.block("app", because: ["db"])])
        // The rest of its steps is given up: it can't be faster than the news with one step of two.
        let hasPostStart = !faster.finish(ping.id, .succeeded).isEmpty
        #expect(hasPostStart == planStart(request(running: false)).steps.contains { $0.service == "app" && $0.kind == .postStart })
    }

    @Test("B28: a service whose container was made early is blocked once that is over, when what it waited for fails")
    func earlyBlocked() throws {
        var reading = app
        reading.build = nil
        reading.env = ["USER": "{user}"]
        var request = request(running: false)
        request.desired.services = [db, reading]
        var walk = PlanWalk(planStart(request), graph: ServiceGraph(request.desired))
        let create = try #require(walk.begin().first { $0.service == "db" && $0.kind == .createContainer })
        walk.written(["user"])
        let early = try #require(walk.begin().first)
        #expect(early.service == "app" && early.kind == .createContainer)
        #expect(walk.finish(create.id, .failed(failure)) == [.fail("db", failure, in: .createContainer)])
        #expect(walk.finish(early.id, .succeeded) == [.block("app", because: ["db"])])
        #expect(walk.begin().isEmpty)
    }
}
