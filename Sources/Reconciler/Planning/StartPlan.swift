/// The plan that brings a group to running: pure, and the same for the same request.
///
/// Rules of a start (see the design): running and as defined is left alone; stopped and as defined is started again;
/// whatever differs is replaced; only what hangs on an unfinished hook or build is decided later.
public func planStart(_ request: PlanRequest) -> Plan {
    let order = ServiceGraph(request.desired).startOrder
    var planner = StartPlanner(request, order: order)
    for name in order {
        if let service = request.desired[name] { planner.plan(service) }
    }
    return planner.draft.finished(order: request.desired.services.map(\.name))
}

/// The plan for one service whose turn has come: its dependencies are running, its image is here.
public func planService(_ name: String, _ request: PlanRequest) -> Plan {
    var request = request
    request.desired = request.desired.keeping([name])
    return planStart(request)
}

struct StartPlanner {
    let request: PlanRequest
    var draft = PlanDraft()
    /// Services that will run hooks in this plan, so that the context may change under those who follow.
    var moving: Set<String> = []
    /// Services of which only the ping will run, or those behind them: it may write the context, and seldom does.
    private var pinging: Set<String> = []
    let observed: [String: [ObservedContainer]]
    /// See `makeWay`.
    let publishers: [Int: [ObservedContainer]]
    let builders: [String: ServiceSpec]

    init(_ request: PlanRequest, order: [String]) {
        self.request = request
        builders = Self.builders(in: request, order: order)
        publishers = Self.publishers(in: request.observed)
        observed = request.observed.containersByService
    }

    mutating func plan(_ service: ServiceSpec) {
        let dependencies: [Int?] = service.dependencies.flatMap { draft.lastSteps[$0, default: []] }
        let followsHooks = service.dependencies.contains(where: moving.contains)
        let reads = followsHooks ? service.contextReads : nil
        let hangsOnHooks = reads?.isEmpty == false
        let resolved = hangsOnHooks ? nil : try? service.resolved(request.history.context)
        let properName = request.containerName(of: service.name)
        let containers = observed[service.name, default: []]
        let fingerprint = containers.isEmpty ? nil : resolved.map(request.fingerprint)
        let choice = ContainerChoice(containers, properName: properName, fingerprint: fingerprint)

        guard let keeper = choice.keeper else {
            let cause = PlanCause.noContainer
            make(service, resolved: resolved, reading: reads, replacing: [], cause: cause, after: dependencies)
            expect(service, .new, cause)
            return
        }
        /// Fields of which nobody knows yet what they will be.
        let open = resolved == nil ? Set((reads ?? service.contextReads).keys) : []
        if let cause = request.renewals[service.name] ?? (service.alwaysStartNew ? "alwaysStartNew" : nil) {
            let found = resolved.map { differences(of: $0, from: keeper) } ?? []
            replace(service, resolved: resolved, [keeper] + choice.leftovers, cause: cause, differences: found, after: dependencies)
        } else if builds(resolved ?? service) || builder(for: resolved ?? service) != nil,
            resolved != nil || !service.imageHangsOnContext
        {
            let image = addImage(resolved ?? service)
            reconsider(service, keeper, cause: "its image may have changed", except: open.union(["image"]), after: dependencies + [image])
        } else if resolved == nil, hangsOnHooks {
            let cause = "\(service.contextKeyWords) may be written by a hook before it"
            reconsider(service, keeper, cause: cause, except: open, after: dependencies)
        } else if let resolved {
            decide(service, resolved, fingerprint, keeper, choice.leftovers, after: dependencies)
        } else {
            // A key that nobody writes: making the container fails with the key's name; the old one stays as it is.
            make(service, resolved: nil, replacing: [keeper] + choice.leftovers, cause: "its context is not complete", after: dependencies)
            expect(service, .replaced, "its context is not complete", keeper)
        }
        if followsHooks { moving.insert(service.name) }
        if !moving.contains(service.name), service.dependencies.contains(where: pinging.contains) { pinging.insert(service.name) }
    }

    /// The container is known and so is what it should be.
    private mutating func decide(
        _ service: ServiceSpec, _ resolved: ServiceSpec, _ fingerprint: String?, _ keeper: ObservedContainer,
        _ leftovers: [ObservedContainer], after: [Int?]
    ) {
        let memory = request.history[service.name]
        let imageID = (try? ImageReference(resolved.image)).flatMap(imageID)
        let isAsDefined =
            keeper.fingerprint == fingerprint && (imageID == nil || imageID == keeper.imageID)
            && keeper.networks.contains(request.desired.network)
        let found = isAsDefined ? [] : differences(of: resolved, from: keeper)
        if !found.isEmpty {
            let cause = PlanCause.replaced(found.map(\.words).joined(separator: "; "))
            replace(service, resolved: resolved, [keeper] + leftovers, cause: cause, differences: found, after: after)
            return
        }
        if service.dependencies.contains(where: pinging.contains), !service.contextReads.isEmpty {
            let state = keeper.status == .exited ? "stopped; " : ""
            let cause = "\(state)\(service.contextKeyWords) may be written by a ping before it"
            return reconsider(service, keeper, cause: cause, except: [], after: after)
        }
        let owner = memory.debt(of: keeper.id)
        switch keeper.status {
        case .running:
            settle(service, keeper, owner, after: after)
        case .exited where service.isDone(exitCode: keeper.exitCode) && !owner.ping:
            settle(service, keeper, owner, after: after)
        case .exited where !request.observed.networkExists, .created where !request.observed.networkExists:
            // A container holds on to the network's id, and another of that name has another one.
            replace(
                service, resolved: resolved, [keeper] + leftovers, cause: PlanCause.replaced(PlanCause.networkGone), after: after)
            return
        case .created where !owner.firstStart:
            // Nobody knows how far it got: nothing is lost with it, and its hooks run as for any new container.
            replace(
                service, resolved: resolved, [keeper] + leftovers,
                cause: PlanCause.replaced("its container was made but never started, and the ledger does not know it"), after: after)
            return
        case .exited, .created, .paused:
            if keeper.status != .paused, let port = lostPort(of: service) {
                let cause = PlanCause.replaced("host port \(port), which it had, is taken by now, and any free one will do")
                replace(service, resolved: resolved, [keeper] + leftovers, cause: cause, after: after)
                return
            }
            restart(service, keeper, owner, leftovers, after: after)
        case .restarting, .dead, .removing:
            replace(
                service, resolved: resolved, [keeper] + leftovers, cause: PlanCause.replaced("its container is \(keeper.status.rawValue)"),
                after: after)
            return
        }
        clear(service, leftovers)
    }

    private func differences(of resolved: ServiceSpec, from keeper: ObservedContainer) -> [Difference] {
        Reconciler.differences(
            desired: resolved, network: request.desired.network, imageID: (try? ImageReference(resolved.image)).flatMap(imageID),
            actual: keeper, formerSecrets: request.history[resolved.name].secretKeys, hide: request.hide)
    }

    /// A host port that was chosen for a stopped service and that somebody else has taken since.
    private func lostPort(of service: ServiceSpec) -> Int? {
        service.ports.lazy.filter { $0.host == 0 }.compactMap { request.history[service.name].spec?.hostPort($0.container) }
            .first { !request.isPortFree($0) }
    }

    /// It runs: nothing, or what a run that was cut off still owes it.
    private mutating func settle(_ service: ServiceSpec, _ keeper: ObservedContainer, _ owed: ContainerDebt, after: [Int?]) {
        guard owed.ping || owed.postStart else {
            draft.finish(service.name, after: after)
            expect(service, .untouched, "running and as defined", keeper)
            return
        }
        let target = StepTarget.container(id: keeper.id, name: keeper.name)
        var after = after
        pinging.insert(service.name)
        if owed.ping {
            after = [draft.add(.ping, service.name, target, cause: "started before, but not yet found ready", after: after)]
        }
        if owed.postStart {
            after = [
                draft.add(.postStart, service.name, target, cause: "post_start has not succeeded for this container", after: after)
            ]
            moving.insert(service.name)
        }
        draft.finish(service.name, after: after)
        expect(service, .completed, owed.postStart ? "post_start is still owed" : "a ping is still owed", keeper)
    }

    /// Stopped or paused, and as defined: started again, not made anew.
    private mutating func restart(
        _ service: ServiceSpec, _ keeper: ObservedContainer, _ owed: ContainerDebt, _ leftovers: [ObservedContainer], after: [Int?]
    ) {
        let cause =
            switch keeper.status {
            case .created: "its container was made but never started"
            case .paused: "its container is paused"
            default: "stopped\(keeper.exitCode.map { " (exited \($0))" } ?? "")"
            }
        let target = StepTarget.container(id: keeper.id, name: keeper.name)
        var before = after
        if owed.firstStart {
            before.append(draft.add(.preStart, service.name, .service(service.name), cause: cause, after: after))
        }
        // Not before its own turn: one that runs goes on doing so if a dependency fails.
        let turn = before
        for leftover in leftovers { before.append(draft.remove(leftover, of: service.name, cause: leftoverCause(leftover), after: turn)) }
        before += makeWay(for: service, after: turn)
        let properName = request.containerName(of: service.name)
        if keeper.name != properName {
            before.append(
                draft.add(
                    .renameContainer, service.name, .container(id: keeper.id, name: properName), cause: "a temporary name was left",
                    after: before))
        }
        before.append(network())
        let kind = keeper.status == .paused ? StepKind.unpauseContainer : .startContainer
        let start = draft.add(kind, service.name, target, cause: cause, after: before)
        pinging.insert(service.name)
        var last = draft.add(.ping, service.name, target, cause: "started again", after: [start])
        if owed.postStart {
            last = draft.add(
                .postStart, service.name, target, cause: "post_start has not succeeded for this container", after: [last])
            moving.insert(service.name)
        }
        draft.finish(service.name, after: [last])
        expect(service, .restarted, cause, keeper)
    }

    private mutating func replace(
        _ service: ServiceSpec, resolved: ServiceSpec?, _ old: [ObservedContainer], cause: String, differences: [Difference] = [],
        after: [Int?]
    ) {
        make(service, resolved: resolved, replacing: old, cause: cause, after: after)
        expect(service, .replaced, cause, old.first, differences)
    }

    /// - Parameter open: the fields of which nobody knows yet what they will be; what differs in others is told with the cause.
    private mutating func reconsider(
        _ service: ServiceSpec, _ keeper: ObservedContainer, cause: String, except open: Set<String>, after: [Int?]
    ) {
        let known = differences(of: service.resolvedAsFar(request.history.context), from: keeper).filter { !open.contains($0.field) }
        let cause = ([cause] + known.map(\.words)).joined(separator: "; ")
        let ended = observed[service.name, default: []].flatMap { draft.endings[$0.id] ?? [] }
        let after = after + ended + makeWay(for: service, after: after)
        let step = draft.add(.reconsider, service.name, .service(service.name), cause: cause, after: after)
        draft.finish(service.name, after: [step])
        moving.insert(service.name)
        expect(service, .reconsidered, cause, keeper)
    }

    private mutating func clear(_ service: ServiceSpec, _ leftovers: [ObservedContainer]) {
        guard draft.plan.outlooks.last?.disposition != .restarted else { return }
        for leftover in leftovers { draft.remove(leftover, of: service.name, cause: leftoverCause(leftover), after: []) }
    }

    private func leftoverCause(_ container: ObservedContainer) -> String {
        "left over from \(container.run.map { "run \($0)" } ?? "an earlier run")"
    }

    mutating func network() -> Int? {
        guard !request.observed.networkExists else { return nil }
        return draft.addOnce(.createNetwork, nil, .network(request.desired.network), cause: "no network exists")
    }

    private mutating func expect(
        _ service: ServiceSpec, _ disposition: ServiceOutlook.Disposition, _ cause: String, _ container: ObservedContainer? = nil,
        _ differences: [Difference] = []
    ) {
        draft.expect(
            ServiceOutlook(
                service: service.name, disposition: disposition, cause: cause, containerID: container?.id, differences: differences))
    }
}
