import Reconciler
import Testing

/// One whole plan for each kind of case a start, stop or reload can meet, with targets.
@Suite struct GoldenPlanTests {
    private let db = ServiceSpec(name: "db", image: "db:1", env: ["MODE": "one"])
    private let app = ServiceSpec(name: "app", image: "app:1", dependencies: ["db"])
    /// A running `db` that differs.
    private static let replacedDB = """
        1 create_container db g_db.new
        2 pre_start db (1)
        3 pre_stop db g_db=id-db (1 2)
        4 stop_container db g_db=id-db (3)
        5 remove_container db g_db=id-db (4)
        6 rename_container db g_db (1 2 5)
        7 start_container db g_db (1 2 5 6)
        8 ping db g_db (7)
        9 post_start db g_db (8)
        """
    private let web = ServiceSpec(name: "web", image: "web", dependencies: ["app"], build: BuildSource(directory: "/web"))

    @Test("B22: the new container has another name until the old one is gone, which stops only when the new one can start")
    func replacedWhileItHoldsTheName() {
        var changed = db
        changed.env = ["MODE": "two"]
        expect(planStart(request([changed], [container(of: db, .running)])), Self.replacedDB)
    }

    @Test("B23: a host port that goes from a dependent to what it depends on is given up before that one starts")
    func movedPort() {
        var (before, after) = (db, app)
        before.ports = [PortMapping(container: 80, host: 8080)]
        after.ports = []
        var former = app
        former.ports = [PortMapping(container: 80, host: 8080)]
        var holder = container(of: former, .running)
        holder.ports = former.ports
        holder.configuration?.ports = former.ports
        expect(
            planStart(request([before, after], [container(of: db, .running), holder])),
            """
            1 create_container db g_db.new
            2 pre_start db (1)
            3 pre_stop db g_db=id-db (1 2)
            4 stop_container db g_db=id-db (3)
            5 remove_container db g_db=id-db (4)
            6 pre_stop app g_app=id-app (1 2)
            7 stop_container app g_app=id-app (6)
            8 rename_container db g_db (1 2 5 7)
            9 start_container db g_db (1 2 5 7 8)
            10 ping db g_db (9)
            11 post_start db g_db (10)
            12 create_container app g_app.new
            13 pre_start app (11 12)
            14 remove_container app g_app=id-app (7 12 13)
            15 rename_container app g_app (12 13 14)
            16 start_container app g_app (12 13 14 15)
            17 ping app g_app (16)
            18 post_start app g_app (17)
            """)
    }

    @Test("B23: a host port that another service names is given up by the one for which any will do", arguments: [true, false])
    func claimedPort(_ isRunning: Bool) throws {
        var (any, named) = (db, app)
        any.ports = [PortMapping(container: 80, host: 0)]
        named.ports = [PortMapping(container: 80, host: 8080)]
        var former = db
        former.ports = [PortMapping(container: 80, host: 8080)]
        var holder = container(of: db, isRunning ? .running : .exited, from: any)
        holder.ports = isRunning ? former.ports : []
        var history = HistoryFacts(run: 1)
        history.start([("db", [])])
        try history.move(1, "db", .planned)
        let spec = SpecSummary(former, imageID: nil, network: "miniboss-g")
        history.add(1, "db", StepIntended(step: .createContainer, cause: "c", target: "t", spec: spec), operation: "o")
        let plan = planStart(request([any, named], [holder], try GroupState(folding: history.facts)))
        #expect(plan.outlooks.first?.cause == "replaced: host port 8080, which it has, is app's now, and any free one will do")
        // Nobody asks for another number.
        named.ports = [PortMapping(container: 80, host: 8081)]
        #expect(
            planStart(request([any, named], [holder], try GroupState(folding: history.facts))).outlooks.first?.disposition != .replaced)
    }

    @Test("B22: a stopped one under a temporary name is removed, and leaves the name free")
    func replacedUnderAnotherName() {
        var changed = db
        changed.env = ["MODE": "two"]
        var old = container(of: db, .exited)
        old.name = "miniboss-g_db.run3"
        expect(
            planStart(request([changed], [old])),
            """
            1 create_container db g_db
            2 pre_start db (1)
            3 remove_container db g_db.run3=id-db (1 2)
            4 start_container db g_db (1 2 3)
            5 ping db g_db (4)
            6 post_start db g_db (5)
            """)
    }

    @Test(
        "what nobody can go on with is replaced",
        arguments: [ObservedContainer.Status.restarting, .dead])
    func unusable(status: ObservedContainer.Status) {
        let plan = planStart(request([db], [container(of: db, status)]))
        #expect(plan.outlooks.map(\.disposition) == [.replaced])
        #expect(plan.steps.map(\.cause).contains("replaced: its container is \(status.rawValue)"))
        // A hook can't talk to it, and what is dead need not be stopped.
        #expect(!plan.steps.contains { $0.kind == .preStop })
        #expect(plan.steps.contains { $0.kind == .stopContainer } == (status != .dead))
    }

    @Test("B20: a paused container goes on, it is not made anew; one that differs is replaced")
    func paused() {
        expect(
            planStart(request([db], [container(of: db, .paused)])),
            """
            1 unpause_container db g_db=id-db
            2 ping db g_db=id-db (1)
            """)
        let other = planStart(request([db], [container(of: db, .paused, from: app)]))
        #expect(other.outlooks.map(\.disposition) == [.replaced])
        #expect(other.steps.contains { $0.kind == .stopContainer } && !other.steps.contains { $0.kind == .unpauseContainer })
    }

    @Test("B56: what a killed run left over is removed, the one as defined goes on")
    func leftovers() {
        var old = container(of: db, .running, from: app)
        (old.id, old.name, old.run) = ("id-old", "miniboss-g_db.run3", 3)
        expect(
            planStart(request([db], [old, container(of: db, .running)])),
            """
            1 pre_stop db g_db.run3=id-old
            2 stop_container db g_db.run3=id-old (1)
            3 remove_container db g_db.run3=id-old (2)
            """)
        #expect(
            planStart(request([db], [old, container(of: db, .running)])).steps.map(\.cause).allSatisfy { $0 == "left over from run 3" })
    }

    @Test("B56: a restart waits until what is left over is gone, and takes its proper name again")
    func restartBesideLeftover() {
        var keeper = container(of: db, .exited)
        keeper.name = "miniboss-g_db.run3"
        var old = container(of: db, .running, from: app)
        old.id = "id-old"
        expect(
            planStart(request([db], [old, keeper])),
            """
            1 pre_stop db g_db=id-old
            2 stop_container db g_db=id-old (1)
            3 remove_container db g_db=id-old (2)
            4 rename_container db g_db=id-db (3)
            5 start_container db g_db.run3=id-db (3 4)
            6 ping db g_db.run3=id-db (5)
            """)
    }

    @Test("B21: post_start that was cut off or failed is run again, nothing else")
    func owedPostStart() throws {
        let history = try lived("db", to: .postStartBegan)
        expect(planStart(request([db], [container(of: db, .running)], history)), "1 post_start db g_db=id-db")
        expect(
            planStart(request([db], [container(of: db, .exited)], history)),
            """
            1 start_container db g_db=id-db
            2 ping db g_db=id-db (1)
            3 post_start db g_db=id-db (2)
            """)
    }

    @Test("B21: what was cut off before its ping owes both, and a dependent waits for it")
    func owedPing() throws {
        let history = try lived("db", to: .containerStarted)
        expect(
            planStart(request([db, app], [container(of: db, .running), container(of: app, .exited)], history)),
            """
            1 ping db g_db=id-db
            2 post_start db g_db=id-db (1)
            3 start_container app g_app=id-app (2)
            4 ping app g_app=id-app (3)
            """)
        #expect(planStart(request([db], [container(of: db, .running)], history)).outlooks.map(\.disposition) == [.completed])
    }

    @Test("B14, B18: a container that was made and never started goes its whole way")
    func neverStarted() throws {
        expect(
            planStart(request([db], [container(of: db, .created)], try lived("db", to: .containerCreated))),
            """
            1 pre_start db
            2 start_container db g_db=id-db (1)
            3 ping db g_db=id-db (2)
            4 post_start db g_db=id-db (3)
            """)
    }

    @Test("B14, B18: one that was never started and that the ledger does not know is made anew, hooks and all")
    func neverStartedUnknown() {
        let plan = planStart(request([db], [container(of: db, .created)]))
        expect(
            plan,
            """
            1 create_container db g_db.new
            2 pre_start db (1)
            3 remove_container db g_db=id-db (1 2)
            4 rename_container db g_db (1 2 3)
            5 start_container db g_db (1 2 3 4)
            6 ping db g_db (5)
            7 post_start db g_db (6)
            """)
        #expect(plan.outlooks.map(\.disposition) == [.replaced])
    }

    @Test(
        "B43: a container that is paused or restarts for ever is stopped before a reload removes it",
        arguments: [
            ObservedContainer.Status.paused, .restarting,
        ])
    func reloadOfUnrunning(status: ObservedContainer.Status) {
        var built = db
        built.build = BuildSource(directory: "/db")
        let plan = planReload(built, dependents: [], replacesDependents: false, request([built], [container(of: built, status)]))
        let kinds = plan.steps.map(\.kind)
        #expect(kinds.contains(.stopContainer) && !kinds.contains(.preStop))
    }

    @Test("B23: a temporary name that a container of an older ledger has is not taken again")
    func temporaryNameTaken() {
        var old = container(of: db, .created)
        old.id = "id-old"
        old.name += ".new"
        let plan = planStart(request([db], [container(of: db, .created), old]))
        let create = plan.steps.first { $0.kind == .createContainer }
        #expect(create?.target.text == "miniboss-g_db.new.2")
    }

    @Test("B24: alwaysStartNew replaces one, and leaves its dependents alone")
    func alwaysStartNew() {
        var fresh = db
        fresh.alwaysStartNew = true
        let plan = planStart(request([fresh, app], [container(of: db, .exited), container(of: app, .running)]))
        expect(
            plan,
            """
            1 create_container db g_db.new
            2 pre_start db (1)
            3 remove_container db g_db=id-db (1 2)
            4 rename_container db g_db (1 2 3)
            5 start_container db g_db (1 2 3 4)
            6 ping db g_db (5)
            7 post_start db g_db (6)
            """)
        #expect(Set(plan.steps.prefix(5).map(\.cause)) == ["alwaysStartNew"])
        #expect(plan.outlooks.map(\.disposition) == [.replaced, .untouched])
    }

    @Test("B11, B25: the network and one pull for all who need it come first, side by side")
    func pulled() {
        var start = request([db, ServiceSpec(name: "copy", image: "docker.io/library/db:1")])
        start.observed.networkExists = false
        start.observed.images = [:]
        expect(
            planStart(start),
            """
            1 create_network miniboss-g
            2 pull_image db db:1
            3 create_container db g_db (1 2)
            4 pre_start db (3)
            5 start_container db g_db (3 4)
            6 ping db g_db (5)
            7 post_start db g_db (6)
            8 create_container copy g_copy (1 2)
            9 pre_start copy (8)
            10 start_container copy g_copy (8 9)
            11 ping copy g_copy (10)
            12 post_start copy g_copy (11)
            """)
        #expect(planStart(start).steps.prefix(2).map(\.cause) == ["no network exists", "the image is not here"])
    }

    @Test("B11: a stopped one whose network is gone gets a new container: the engine would look for the network by its id")
    func networkOfAStopped() {
        var start = request([db], [container(of: db, .exited)])
        start.observed.networkExists = false
        expect(
            planStart(start),
            """
            1 create_network miniboss-g
            2 create_container db g_db.new (1)
            3 pre_start db (2)
            4 remove_container db g_db=id-db (2 3)
            5 rename_container db g_db (2 3 4)
            6 start_container db g_db (2 3 4 5)
            7 ping db g_db (6)
            8 post_start db g_db (7)
            """)
    }

    @Test("B26: a missing tag with a build directory is built, one that is here is not")
    func builtByMissingTag() {
        var tagged = web
        (tagged.image, tagged.dependencies) = ("web:2", [])
        let plan = planStart(request([tagged]))
        #expect(plan.steps.first?.kind == .buildImage && plan.steps.first?.cause == "the image does not exist")
        #expect(plan.steps.first { $0.kind == .createContainer }?.after == [1])
        var here = request([tagged])
        here.observed.images["web:2"] = "sha256:web"
        #expect(!planStart(here).steps.contains { $0.kind == .buildImage })
    }

    @Test(
        "B26: after the build of its tag latest a running service is looked at again: the same image changes nothing, another one replaces")
    func reconsideredAfterBuild() {
        var alone = web
        alone.dependencies = []
        var again = request([alone], [container(of: alone, .running)])
        again.observed.images["web:latest"] = "sha256:web"
        expect(
            planStart(again),
            """
            1 build_image web web:latest
            2 reconsider web (1)
            """)
        again.preparedImages = ["web"]
        #expect(planService("web", again).outlooks.map(\.disposition) == [.untouched])
        again.observed.images["web:latest"] = "sha256:newer"
        #expect(planService("web", again).outlooks.map(\.disposition) == [.replaced])
        #expect(planService("web", again).outlook(of: "web")?.differences.map(\.field) == ["image"])
    }

    @Test("B13, B26: who uses an image that another service builds waits for the build, and is looked at again after it")
    func builtByAnother() {
        var builder = web
        builder.dependencies = []
        let user = ServiceSpec(name: "cron", image: "web", dependencies: ["web"])
        let bystander = ServiceSpec(name: "aside", image: "web:latest")
        for group in [[builder, user, bystander], [bystander, builder, user]] {
            let fresh = planStart(request(group))
            #expect(
                fresh.steps.filter { $0.kind == .buildImage }.map(\.service) == ["web"] && !fresh.steps.contains { $0.kind == .pullImage })
            for service in ["cron", "aside"] {
                let create = fresh.steps.first { $0.kind == .createContainer && $0.service == service }
                #expect(create?.after.contains(fresh.steps.first { $0.kind == .buildImage }?.id ?? 0) == true, "\(fresh)")
            }
            var again = request(group, group.map { container(of: $0, .running) })
            again.observed.images["web:latest"] = "sha256:web"
            #expect(
                planStart(again).steps.map { "\($0.kind.rawValue) \($0.service ?? "")" }.sorted() == [
                    "build_image web", "reconsider aside", "reconsider cron", "reconsider web",
                ])
        }
        // Left out of the start, nobody builds it.
        #expect(planStart(request([bystander])).steps.contains { $0.kind == .pullImage })
    }

    @Test("B19, B23: what is certain of a service that is decided later is told with it")
    func certainDifference() throws {
        var user = app
        user.env = ["USER": "{user}", "MODE": "one"]
        let made = container(of: user, .running)
        user.env["MODE"] = "two"
        let plan = planStart(request([db, user], [made], try written("user", .int(7))))
        let step = try #require(plan.steps.last)
        #expect(step.kind == .reconsider && step.cause == "{user} may be written by a hook before it; env.MODE \"one\" → \"two\"")
        // Nor is what hangs on a key told when the image is what is waited for.
        (user.image, user.build) = ("app:latest", BuildSource(directory: "/source"))
        var known = user
        known.env["USER"] = "7"
        known.env["MODE"] = "one"
        let built = try #require(planStart(request([db, user], [container(of: known, .running)])).steps.last)
        #expect(built.kind == .reconsider && built.cause == "its image may have changed; env.MODE \"one\" → \"two\"", "\(built)")
    }

    @Test("B54: no part of a secret is left where a long value is cut")
    func cutSecret() throws {
        var alone = db
        let made = container(of: alone, .running)
        for count in 185...205 {
            alone.command = [String(repeating: "x", count: count) + "canary-secret"]
            var start = request([alone], [made])
            start.hide = Redaction(["canary-secret"])
            let causes = planStart(start).steps.map(\.cause).joined()
            #expect(causes.contains("→") && !causes.contains("cana"), "\(causes)")
        }
    }

    @Test("B25: planned again in the run, a service pulls an image that is not here")
    func reconsideredWithoutImage() {
        var changed = db
        changed.image = "db:2"
        var again = request([changed], [container(of: db, .running)])
        again.preparedImages = ["db"]
        #expect(planService("db", again).steps.prefix(2).map(\.kind) == [.pullImage, .createContainer])
    }

    @Test("B31, B32: who needs a key that a hook before it may write is decided when the hook is done")
    func hangsOnHooks() throws {
        var user = app
        user.env = ["USER": "{user}"]
        let made = container(of: user, .running)
        var start = request([db, user], [made], try written("user", .int(7)))
        #expect(planStart(start).steps.last?.kind == .reconsider)
        #expect(planStart(start).steps.last?.cause == "{user} may be written by a hook before it")
        // Without a container the create waits for the key as well.
        start.observed.containers = []
        expect(
            planStart(start),
            """
            1 create_container db g_db
            2 pre_start db (1)
            3 start_container db g_db (1 2)
            4 ping db g_db (3)
            5 post_start db g_db (4)
            6 pre_start app (5)
            7 create_container app g_app (6) | or once {user} is written
            8 start_container app g_app (6 7)
            9 ping app g_app (8)
            10 post_start app g_app (9)
            """)
        // Nor does it wait for more than the key and what any container needs; what hangs on a key otherwise does.
        start.observed = ObservedGroup(images: ["app:1": "sha256:app"])
        #expect(
            planStart(start).text.contains(
                "9 create_container app: no container exists (after 1, 8, or once {user} is written and after 1)"))
        start.desired.services[1].volumes = [VolumeMount(source: .named("of-{user}"), target: "/data")]
        #expect(!planStart(start).steps.contains { $0.early != nil })
        start.desired = GroupSpec(name: "g", services: [db, user])
        start.observed = request([db, user]).observed
        // Nobody moves: what is written already counts, once its own pre_start has had its chance to write it anew.
        start.observed.containers = [container(of: db, .running)]
        #expect(planStart(start).steps.prefix(2).map(\.kind) == [.preStart, .createContainer])
    }

    @Test("B13, B31: through a service that is left alone its dependent waits for what that one needs")
    func throughAnUntouchedService() throws {
        var changed = db
        changed.env = ["MODE": "two"]
        var front = ServiceSpec(name: "front", image: "front:1", dependencies: ["app"], env: ["USER": "{user}"])
        var start = request(
            [changed, app, front], [container(of: db, .running), container(of: app, .running), container(of: front, .running)],
            try written("user", .int(7)))
        expect(planStart(start), Self.replacedDB + "\n10 reconsider front (9)")
        #expect(planStart(start).outlook(of: "app")?.disposition == .untouched)
        // Nor is one that is stopped started before.
        front.env = [:]
        start.desired.services[2] = front
        start.observed.containers[2] = container(of: front, .exited)
        expect(planStart(start), Self.replacedDB + "\n10 start_container front g_front=id-front (9)\n11 ping front g_front=id-front (10)")
    }

    @Test("B6: a container whose directory is not there yet waits for pre_start")
    func directoryFromPreStart() {
        var mounting = db
        mounting.volumes = [VolumeMount(source: .directory("/made"), target: "/data")]
        var start = request([mounting])
        #expect(planStart(start).steps.prefix(2).map(\.kind) == [.createContainer, .preStart])
        start.directoryExists = { _ in false }
        #expect(planStart(start).steps.prefix(2).map(\.kind) == [.preStart, .createContainer])
    }

    @Test("B30: what is excluded has no step, and who needs it does not wait")
    func excluded() {
        var start = request([db, app])
        start.desired = start.desired.keeping(["app"])
        expect(
            planStart(start),
            """
            1 create_container app g_app
            2 pre_start app (1)
            3 start_container app g_app (1 2)
            4 ping app g_app (3)
            5 post_start app g_app (4)
            """)
    }

    @Test("a one-shot that ended as it should is done; one that did not, or was never found ready, goes again")
    func oneShot() throws {
        var once = db
        once.expectedExits = [0]
        var ended = container(of: once, .exited)
        #expect(planStart(request([once], [ended])).outlooks.map(\.disposition) == [.untouched])
        #expect(planStart(request([once], [ended], try lived("db", to: .containerStarted))).outlooks.map(\.disposition) == [.restarted])
        ended.exitCode = 1
        #expect(planStart(request([once], [ended])).outlooks.map(\.disposition) == [.restarted])
    }

    @Test("B36, B38: stop --remove, in reverse order, through a service that has no container; the network last")
    func stopAndRemove() {
        let stop = StopRequest(
            members: [("db", []), ("app", ["db"]), ("web", ["app"])], network: "miniboss-g",
            observed: ObservedGroup(containers: [container(of: db, .running), container(of: web, .running)], networkExists: true),
            removes: true)
        expect(
            planStop(stop),
            """
            1 pre_stop web g_web=id-web
            2 stop_container web g_web=id-web (1)
            3 remove_container web g_web=id-web (2)
            4 pre_stop db g_db=id-db (2)
            5 stop_container db g_db=id-db (4)
            6 remove_container db g_db=id-db (5)
            7 remove_network miniboss-g (3 6)
            """)
        #expect(planStop(stop).outlooks.map(\.disposition) == [.removed, .absent, .removed])
    }

    @Test("B39: what is excluded keeps running, and its network")
    func stopExcluded() {
        expect(
            planStop(
                StopRequest(
                    members: [("db", []), ("app", ["db"])], network: "miniboss-g",
                    observed: ObservedGroup(containers: [container(of: db, .running), container(of: app, .exited)], networkExists: true),
                    excluded: ["db"], removes: true)),
            "1 remove_container app g_app=id-app")
    }

    @Test("B40: nothing to stop is an empty plan; what is defined no more is stopped too")
    func stopLeftAlone() {
        let stopped = StopRequest(
            members: [("db", [])], network: "miniboss-g",
            observed: ObservedGroup(containers: [container(of: db, .exited)], networkExists: true))
        #expect(planStop(stopped).isEmpty && planStop(stopped).outlooks.map(\.cause) == ["already stopped"])
        var more = stopped
        more.observed.containers.append(container(of: web, .paused))
        expect(planStop(more), "1 stop_container web g_web=id-web")
    }

    @Test("B43, B44: reload builds before it touches anything; dependents stop first and are looked at again")
    func reloadWithDependents() {
        var built = db
        built.build = BuildSource(directory: "/db")
        let reload = request(
            [built, app, web], [container(of: built, .running), container(of: app, .running), container(of: web, .running)])
        expect(
            planReload(built, dependents: [app, web], replacesDependents: false, reload),
            """
            1 build_image db db:1
            2 pre_stop web g_web=id-web (1)
            3 stop_container web g_web=id-web (2)
            4 pre_stop app g_app=id-app (1 3)
            5 stop_container app g_app=id-app (4)
            6 pre_start db (1 3 5)
            7 create_container db g_db.new (6)
            8 pre_stop db g_db=id-db (7)
            9 stop_container db g_db=id-db (8)
            10 remove_container db g_db=id-db (9)
            11 rename_container db g_db (7 10)
            12 start_container db g_db (7 10 11)
            13 ping db g_db (12)
            14 post_start db g_db (13)
            15 reconsider app (14)
            16 reconsider web (14 15)
            """)
        let causes = planReload(built, dependents: [app], replacesDependents: true, reload).steps.filter { $0.kind == .reconsider }.map(
            \.cause)
        #expect(causes == ["reload --remove"])
    }

    @Test("B49: reload --no-dependents touches one service; without a container and a network it makes both")
    func reloadAlone() {
        var built = db
        built.build = BuildSource(directory: "/db")
        var reload = request([built, app], [container(of: app, .running)])
        reload.observed.networkExists = false
        expect(
            planReload(built, dependents: [], replacesDependents: false, reload),
            """
            1 build_image db db:1
            2 create_network miniboss-g
            3 pre_start db (1 2)
            4 create_container db g_db (3)
            5 start_container db g_db (4)
            6 ping db g_db (5)
            7 post_start db g_db (6)
            """)
    }

    @Test("B31, B32: a container made before a hook wrote its key anew is made again in the place of its start")
    func remade() {
        var user = app
        user.env = ["USER": "{user}"]
        let plan = planRemake(of: user, container: "early", name: "miniboss-g_app")
        expect(
            plan,
            """
            1 remove_container app g_app=early
            2 create_container app g_app (1)
            3 start_container app g_app (2)
            """)
        #expect(Set(plan.steps.map(\.cause)) == ["{user} was written anew since its container was made"])
    }

    @Test("B50: what was left behind comes first, also for a container that may be made early")
    func leftBehindBeforeEarly() {
        var early = PlanStep(
            id: 2, kind: .createContainer, service: "app", cause: "no container exists", after: [1], target: .newContainer(name: "g_app"))
        early.early = EarlyBeginning(keys: ["user"], after: [1])
        let pull = PlanStep(id: 1, kind: .pullImage, service: "app", cause: "not here", after: [], target: .image("app:1"))
        var left = LeftBehind()
        let old = container(of: db, .running)
        left.stops = [(old, "run 3 was stopping it")]
        left.removals = [(old, "a one-off of run 3")]
        let steps = Plan(steps: [pull, early]).preceded(by: left).steps
        #expect(steps.map(\.id) == [1, 2, 3, 4] && steps.map(\.after) == [[], [], [1], [3]])
        #expect(steps[3].early == EarlyBeginning(keys: ["user"], after: [3]))
    }

    // MARK: -

    private func request(
        _ services: [ServiceSpec], _ containers: [ObservedContainer] = [], _ history: GroupState = GroupState()
    ) -> PlanRequest {
        PlanRequest(
            desired: GroupSpec(name: "g", services: services),
            observed: ObservedGroup(containers: containers, networkExists: true, images: ["db:1": "sha256:db", "app:1": "sha256:app"]),
            history: history, fingerprint: { $0.canonicalText(network: "miniboss-g") })
    }

    private func container(of service: ServiceSpec, _ status: ObservedContainer.Status, from made: ServiceSpec? = nil) -> ObservedContainer
    {
        let made = made ?? service
        return ObservedContainer(
            id: "id-\(service.name)", name: "miniboss-g_\(service.name)", service: service.name, status: status,
            exitCode: status == .exited ? 0 : nil, imageID: "sha256:\(service.name)",
            fingerprint: made.canonicalText(network: "miniboss-g"), networks: ["miniboss-g"],
            configuration: ObservedConfiguration(image: made.image, env: made.env.mapValues(\.text), stopSignal: made.stopSignal.rawValue))
    }

    /// The ledger of a run that made the service's container and came as far as `last`.
    private func lived(_ service: String, to last: ServiceEvent) throws -> GroupState {
        var state = GroupState()
        let life: [ServiceEvent] = [.planned, .createBegan, .containerCreated, .startBegan, .containerStarted, .postStartBegan]
        for event in life.prefix(through: try #require(life.firstIndex(of: last))) {
            let from = state[service].phase
            let change = StateChanged(from: from, to: try from.after(event), event: event, containerID: "id-\(service)")
            try state.apply(fact(.stateChanged(change), of: service))
        }
        return state
    }

    private func written(_ key: String, _ value: ContextValue) throws -> GroupState {
        var state = GroupState()
        try state.apply(fact(.contextWritten(ContextWritten(key: key, value: value, secret: false, hook: .postStart)), of: "db"))
        return state
    }

    private func fact(_ event: Event, of service: String) -> RecordedFact {
        RecordedFact(seq: 1, run: 1, at: "", monoNs: 0, service: service, operation: nil, event: event)
    }

    /// One line a step: number, kind, service, target (a container that exists with its id), what it comes after.
    private func expect(_ plan: Plan, _ golden: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let lines = plan.steps.map { step in
            let target =
                switch step.target {
                case .container(let id, let name): "\(name.replacing("miniboss-", with: ""))=\(id)"
                case .newContainer(let name): name.replacing("miniboss-", with: "")
                case .service: ""
                case .network(let name), .image(let name): name
                }
            let after = step.after.isEmpty ? "" : "(\(step.after.map(String.init).joined(separator: " ")))"
            let early = step.early.map { "| \($0.words)" } ?? ""
            return ["\(step.id)", step.kind.rawValue, step.service ?? "", target, after, early].filter { !$0.isEmpty }.joined(
                separator: " ")
        }
        #expect(lines.joined(separator: "\n") == golden, sourceLocation: sourceLocation)
    }
}
