import Reconciler
import TestSupport
import Testing

/// What holds for every plan of every world, tried on generated ones. A failure names the seed.
@Suite struct PlanLawTests {
    private static let worlds = (0..<2_000).map { GeneratedGroup(seed: UInt64($0)).world }
    private static let seeds = stride(from: 0, to: worlds.count, by: 100).map { $0..<($0 + 100) }

    @Test("a plan's steps are numbered, come after earlier ones only, and each has a cause", arguments: seeds)
    func sound(seeds: Range<Int>) {
        for seed in seeds {
            let request = Self.worlds[seed].request
            for plan in [planStart(request), planStop(request.stop), planStop(request.stop(removes: true))] {
                #expect(plan.steps.map(\.id) == Array(plan.steps.indices.map { $0 + 1 }), "seed \(seed)")
                for step in plan.steps {
                    #expect(step.after.allSatisfy { (1..<step.id).contains($0) }, "seed \(seed): step \(step.id)")
                    #expect(step.after == Set(step.after).sorted(), "seed \(seed): step \(step.id)")
                    #expect(!step.cause.isEmpty, "seed \(seed): step \(step.id)")
                }
                let services = plan.outlooks.map(\.service)
                #expect(Set(services).count == services.count, "seed \(seed)")
            }
        }
    }

    @Test("B19: what is untouched has no step but the removal of what is left over beside it", arguments: seeds)
    func untouched(seeds: Range<Int>) {
        for seed in seeds {
            let world = Self.worlds[seed]
            let plan = planStart(world.request)
            let removals: Set<StepKind> = [.preStop, .stopContainer, .removeContainer]
            for outlook in plan.outlooks where outlook.disposition == .untouched {
                for step in plan.steps where step.service == outlook.service {
                    guard case .container(let id, _) = step.target else {
                        #expect([.pullImage, .buildImage].contains(step.kind) == true, "seed \(seed): \(step)")
                        continue
                    }
                    #expect(removals.contains(step.kind) && id != outlook.containerID, "seed \(seed): \(step)")
                }
            }
            // A shared step is there because somebody waits for it.
            for step in plan.steps where [.createNetwork, .pullImage, .buildImage].contains(step.kind) {
                #expect(plan.steps.contains { $0.after.contains(step.id) }, "seed \(seed): nobody needs \(step)")
            }
            // Who is no part of the group, in this definition, is not touched.
            #expect(!plan.steps.contains { $0.service == "gone" }, "seed \(seed)")
        }
    }

    @Test("B13: no step that runs a service comes before its dependencies are running", arguments: seeds)
    func dependenciesFirst(seeds: Range<Int>) {
        let running: Set<StepKind> = [.startContainer, .ping, .postStart, .preStart, .reconsider]
        for seed in seeds {
            let world = Self.worlds[seed]
            let plan = planStart(world.request)
            let before = plan.predecessors
            let graph = ServiceGraph(world.group)
            for service in world.group.services {
                // Those it needs through others, too: a service that is left alone stands between them without a step.
                for dependency in graph.transitiveDependencies(of: service.name) {
                    guard let last = plan.steps.last(where: { $0.service == dependency && running.contains($0.kind) }) else { continue }
                    for step in plan.steps where step.service == service.name && running.contains(step.kind) {
                        #expect(before[step.id]?.contains(last.id) == true, "seed \(seed): \(step) before \(last)")
                    }
                }
            }
        }
    }

    @Test("B36: the order of a stop is the reverse of the order of a start", arguments: seeds)
    func reverse(seeds: Range<Int>) {
        for seed in seeds {
            let world = Self.worlds[seed]
            let plan = planStop(world.request.stop)
            let before = plan.predecessors
            let graph = ServiceGraph(world.group)
            for service in world.group.services {
                let needed = graph.transitiveDependencies(of: service.name)
                let own = plan.steps.filter { $0.service == service.name && $0.kind == .stopContainer }.map(\.id)
                for step in plan.steps where step.service.map(needed.contains) == true {
                    #expect(before[step.id]?.isSuperset(of: own) == true, "seed \(seed): \(step) before \(own)")
                }
            }
        }
    }

    @Test("B19, B28: carried out, a plan comes to what is defined, and the next plan is empty", arguments: seeds)
    func converges(seeds: Range<Int>) throws {
        for seed in seeds {
            var world = Self.worlds[seed]
            do { try world.apply(planStart(world.request)) } catch {
                Issue.record("seed \(seed): \(error)")
                continue
            }
            world.endRun()
            // What is asked to be made or built at every start is never done.
            for index in world.group.services.indices {
                world.group.services[index].alwaysStartNew = false
                world.group.services[index].build = nil
            }
            let again = planStart(world.request)
            #expect(again.isEmpty, "seed \(seed): \(again.text)")
            for service in world.group.services {
                let containers = world.observed.containers.filter { $0.service == service.name && $0.status != .removing }
                #expect(containers.count == 1, "seed \(seed): \(service.name)")
                let isDone = service.isOneShot && containers.first?.status == .exited && containers.first?.exitCode == 0
                #expect(containers.first?.status == .running || isDone, "seed \(seed): \(service.name)")
                #expect(
                    world.history[service.name].debt(of: containers.first?.id) == ContainerDebt(), "seed \(seed): \(service.name) owes")
                let resolved = try service.resolved(world.history.context)
                #expect(containers.first?.configuration?.env == resolved.env.mapValues(\.text), "seed \(seed): \(service.name)")
            }
        }
    }

    @Test("B38: a stop that removes leaves nothing, and the next has nothing to do", arguments: seeds)
    func stopConverges(seeds: Range<Int>) {
        for seed in seeds {
            var world = Self.worlds[seed]
            do { try world.apply(planStop(world.request.stop)) } catch { Issue.record("seed \(seed): \(error)") }
            #expect(planStop(world.request.stop).isEmpty, "seed \(seed)")
            do { try world.apply(planStop(world.request.stop(removes: true))) } catch { Issue.record("seed \(seed): \(error)") }
            #expect(world.observed.containers.allSatisfy { $0.status == .removing } && !world.observed.networkExists, "seed \(seed)")
            #expect(planStop(world.request.stop(removes: true)).isEmpty, "seed \(seed)")
        }
    }

    /// Equal to the number for another order of containers and of maps. For another order of definition the steps are the
    /// same and come after the same; their numbers differ, and a shared pull or build is named for another of those it serves.
    @Test("the same plan whatever the order of containers, maps and definition", arguments: seeds)
    func order(seeds: Range<Int>) {
        for seed in seeds {
            var numbers = SeededGenerator(seed: UInt64(seed) + 1_000_000)
            let request = Self.worlds[seed].request
            let plan = planStart(request)
            var other = request
            other.observed.containers.shuffle(using: &numbers)
            other.observed.images = .rebuilt(request.observed.images)
            for index in other.desired.services.indices {
                other.desired.services[index].env = .rebuilt(request.desired.services[index].env)
            }
            #expect(planStart(other) == plan, "seed \(seed)")
            var stop = request.stop
            stop.observed = other.observed
            #expect(planStop(stop) == planStop(request.stop), "seed \(seed)")

            other.desired.services.shuffle(using: &numbers)
            let reordered = planStart(other)
            #expect(reordered.unnumbered == plan.unnumbered, "seed \(seed)")
            #expect(reordered.outlooks.map(\.service) == other.desired.services.map(\.name), "seed \(seed)")
            for outlook in plan.outlooks { #expect(reordered.outlook(of: outlook.service) == outlook, "seed \(seed)") }
        }
    }

    @Test("a service that has to do with no other changes nothing for them", arguments: seeds)
    func independent(seeds: Range<Int>) {
        for seed in seeds {
            let request = Self.worlds[seed].request
            var more = request
            more.desired.services.insert(ServiceSpec(name: "apart", image: "apart:1"), at: seed % (request.desired.services.count + 1))
            let alone = planStart(request)
            let steps = alone.unnumbered
            let plan = planStart(more)
            let others = plan.unnumbered.filter { step, _ in !step.contains("apart") }
            for (step, after) in others where !step.hasPrefix("create_network") { #expect(steps[step] == after, "seed \(seed)") }
            #expect(Set(steps.keys).isSubset(of: others.keys), "seed \(seed)")
            #expect(plan.outlooks.filter { $0.service != "apart" } == alone.outlooks, "seed \(seed)")
        }
    }
}

extension Dictionary {
    /// Equal, and laid out in another way.
    fileprivate static func rebuilt(_ other: Self) -> Self {
        var copy = Self(minimumCapacity: other.count * 8)
        for (key, value) in other.reversed() { copy[key] = value }
        return copy
    }
}

extension Plan {
    /// For each step, all that have to be done before it.
    fileprivate var predecessors: [Int: Set<Int>] {
        steps.reduce(into: [:]) { all, step in
            all[step.id] = step.after.reduce(into: Set(step.after)) { $0.formUnion(all[$1] ?? []) }
        }
    }

    /// The steps by what they are, each with what it comes after.
    fileprivate var unnumbered: [String: Set<String>] {
        let names = Dictionary(
            uniqueKeysWithValues: steps.map { step in
                let isShared = [.createNetwork, .pullImage, .buildImage].contains(step.kind)
                let target = if case .container(let id, let name) = step.target { "\(id) \(name)" } else { step.target.text }
                return (step.id, [step.kind.rawValue, isShared ? "" : step.service ?? "", target, step.cause].joined(separator: " "))
            })
        return Dictionary(uniqueKeysWithValues: steps.map { (names[$0.id] ?? "", Set($0.after.compactMap { names[$0] })) })
    }
}
