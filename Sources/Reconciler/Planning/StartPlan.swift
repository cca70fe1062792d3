/// The plan that brings a group to running: pure, and the same for the same request.
///
/// Rules of a start (see the design): running and as defined is left alone; stopped and as defined is started again;
/// whatever differs is replaced; only what hangs on a hook, a ping of the user's or a build to come is decided later.
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
    /// Services of which only a ping of the user's own will run, or those behind them: it may write the context, and seldom does.
    private(set) var pinging: Set<String> = []
    let observed: [String: [ObservedContainer]]
    /// See `makeWay`.
    let publishers: [Int: [ObservedContainer]]
    /// See `portAskedFor`.
    let claims: [Int: String]
    let builders: [String: ServiceSpec]

    init(_ request: PlanRequest, order: [String]) {
        self.request = request
        builders = Self.builders(in: request, order: order)
        publishers = Self.publishers(in: request.observed)
        claims = Self.claims(in: request.desired)
        observed = request.observed.containersByService
    }

    mutating func plan(_ service: ServiceSpec) {
        let dependencies: [Int?] = service.dependencies.flatMap { draft.lastSteps[$0, default: []] }
        let followsHooks = service.dependencies.contains(where: moving.contains)
        let followsPings = !followsHooks && service.dependencies.contains(where: pinging.contains)
        let reads = followsHooks || followsPings ? service.contextReads : nil
        let hangsOnOthers = reads?.isEmpty == false
        let isOpen = hangsOnOthers && (followsHooks || service.imageHangsOnContext)
        let resolved = isOpen ? nil : try? service.resolved(request.history.context)
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
        if let cause = request.renewals[service.name] ?? (service.alwaysStartNew ? "alwaysStartNew" : nil)
            ?? portAskedFor(service, keeper)
        {
            let found = resolved.map { differences(of: $0, from: keeper) } ?? []
            replace(service, resolved: resolved, [keeper] + choice.leftovers, cause: cause, differences: found, after: dependencies)
        } else if builds(resolved ?? service) || builder(for: resolved ?? service) != nil,
            resolved != nil || !service.imageHangsOnContext
        {
            let image = addImage(resolved ?? service)
            reconsider(service, keeper, cause: "its image may have changed", except: open.union(["image"]), after: dependencies + [image])
        } else if resolved == nil, hangsOnOthers {
            let cause = "\(service.contextKeyWords) may be written by a \(followsHooks ? "hook" : "ping") before it"
            reconsider(service, keeper, cause: cause, except: open, after: dependencies)
        } else if let resolved {
            decide(service, resolved, fingerprint, keeper, choice.leftovers, hangsOnPings: hangsOnOthers, after: dependencies)
        } else {
            // A key that nobody writes: making the container fails with the key's name; the old one stays as it is.
            make(service, resolved: nil, replacing: [keeper] + choice.leftovers, cause: "its context is not complete", after: dependencies)
            expect(service, .replaced, "its context is not complete", keeper)
        }
        if followsHooks { moving.insert(service.name) }
        if followsPings, !moving.contains(service.name) { pinging.insert(service.name) }
    }

    /// The container is known and so is what it should be.
    private mutating func decide(
        _ service: ServiceSpec, _ resolved: ServiceSpec, _ fingerprint: String?, _ keeper: ObservedContainer,
        _ leftovers: [ObservedContainer], hangsOnPings: Bool, after: [Int?]
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
        if hangsOnPings {
            let isUp = keeper.status == .running || keeper.status == .exited && service.isDone(exitCode: keeper.exitCode)
            let state = isUp ? "" : "its container is \(keeper.status.rawValue); "
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

    /// Notes that a service which is not moving will be pinged.
    mutating func willPing(_ service: String) {
        if request.ownPings?.contains(service) ?? true { pinging.insert(service) }
    }

    mutating func network() -> Int? {
        guard !request.observed.networkExists else { return nil }
        return draft.addOnce(.createNetwork, nil, .network(request.desired.network), cause: "no network exists")
    }

    mutating func expect(
        _ service: ServiceSpec, _ disposition: ServiceOutlook.Disposition, _ cause: String, _ container: ObservedContainer? = nil,
        _ differences: [Difference] = []
    ) {
        draft.expect(
            ServiceOutlook(
                service: service.name, disposition: disposition, cause: cause, containerID: container?.id, differences: differences))
    }
}
