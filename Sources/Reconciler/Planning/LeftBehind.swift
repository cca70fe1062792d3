/// What an earlier run left that a start ends before it looks at anything else.
public struct LeftBehind: Sendable {
    /// Containers to be stopped, with the reason: a killed run was stopping them.
    public var stops: [(container: ObservedContainer, cause: String)] = []
    /// One-off containers to be removed, with the reason.
    public var removals: [(container: ObservedContainer, cause: String)] = []

    public init() {}

    /// The group as it will be then.
    public func ended(in observed: ObservedGroup) -> ObservedGroup {
        var observed = observed
        let ids = Set(stops.map(\.container.id))
        for index in observed.containers.indices where ids.contains(observed.containers[index].id) {
            observed.containers[index].status = .exited
        }
        return observed
    }
}

extension Plan {
    /// The plan with the steps for what was left behind first; all others wait for the stops.
    public func preceded(by left: LeftBehind) -> Plan {
        func first(_ kind: StepKind, _ left: (container: ObservedContainer, cause: String), _ id: Int) -> PlanStep {
            PlanStep(
                id: id, kind: kind, service: left.container.service, cause: left.cause, after: [],
                target: .container(id: left.container.id, name: left.container.name))
        }
        let stops = left.stops.enumerated().map { first(.stopContainer, $1, $0 + 1) }
        let removals = left.removals.enumerated().map { first(.removeContainer, $1, stops.count + $0 + 1) }
        let count = stops.count + removals.count
        guard count > 0 else { return self }
        let own = steps.map { step in
            var step = step
            step.id += count
            step.after = step.after.isEmpty ? stops.map(\.id) : step.after.map { $0 + count }
            if let early = step.early?.after { step.early?.after = early.isEmpty ? stops.map(\.id) : early.map { $0 + count } }
            return step
        }
        return Plan(steps: stops + removals + own, outlooks: outlooks)
    }
}
