/// What `stop` is asked for.
public struct StopRequest: Sendable {
    /// The group as far as it is known: the definition's services, and those the ledger remembers beside them.
    public var members: [(name: String, dependencies: [String])]
    public var network: String
    public var observed: ObservedGroup
    public var excluded: Set<String>
    /// Also remove the containers, and the group's networks when nothing is excluded.
    public var removes: Bool

    public init(
        members: [(name: String, dependencies: [String])], network: String, observed: ObservedGroup, excluded: Set<String> = [],
        removes: Bool = false
    ) {
        self.members = members
        self.network = network
        self.observed = observed
        self.excluded = excluded
        self.removes = removes
    }
}

/// The plan that stops a group: a service only after all that depend on it.
public func planStop(_ request: StopRequest) -> Plan {
    var draft = PlanDraft()
    var members = request.members
    // A container of a service nobody remembers still belongs to the group.
    let known = Set(members.map(\.name))
    members += Set(request.observed.containers.map(\.service)).subtracting(known).sorted().map { ($0, []) }
    let graph = ServiceGraph(members)
    let order = graph.startIndexes
    let inOrder = Set(order)
    let rest = graph.names.indices.filter { !inOrder.contains($0) }
    let observed = request.observed.containersByService
    var lastStops = [Set<Int>](repeating: [], count: graph.names.count)
    var removals: [Int] = []

    for index in (order + rest).reversed() where !request.excluded.contains(graph.names[index]) {
        let name = graph.names[index]
        let containers = observed[name, default: []].sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        let dependents = graph.dependents[index].reduce(into: Set<Int>()) { $0.formUnion(lastStops[$1]) }
        var stops: Set<Int> = []
        var touched = false
        for container in containers where container.status != .removing {
            let target = StepTarget.container(id: container.id, name: container.name)
            var after: [Int?] = Array(dependents)
            if container.status.mustBeStopped {
                if container.status == .running {
                    after = [draft.add(.preStop, name, target, cause: "stop was asked for", after: after)]
                }
                let stop = draft.add(.stopContainer, name, target, cause: "stop was asked for", after: after)
                stops.insert(stop)
                after = [stop]
                touched = true
            }
            if request.removes {
                let removal = draft.add(.removeContainer, name, target, cause: "stop --remove", after: after)
                removals.append(removal)
                touched = true
            }
        }
        // A service without a container of its own still stands between those around it.
        lastStops[index] = stops.isEmpty ? dependents : stops
        if touched {
            draft.expect(
                ServiceOutlook(
                    service: name, disposition: request.removes ? .removed : .stopped, cause: "stop was asked for",
                    containerID: containers.last?.id))
        } else {
            let cause = containers.isEmpty ? PlanCause.noContainer : "already stopped"
            draft.expect(ServiceOutlook(service: name, disposition: .absent, cause: cause, containerID: containers.last?.id))
        }
    }
    if request.removes, request.excluded.isEmpty {
        for network in (request.observed.networkExists ? [request.network] : []) + request.observed.formerNetworks {
            draft.add(.removeNetwork, nil, .network(network), cause: "stop --remove", after: removals)
        }
    }
    return draft.finished(order: members.map(\.name))
}
