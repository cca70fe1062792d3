/// Which services a reload restarts with the one that is asked for: its dependents that run, or did so until a reload before
/// this one stopped them and failed; or none.
public struct ReloadSelection: Sendable {
    /// In the order of definition.
    public let dependents: [ServiceSpec]
    /// Dependents that don't run and are left so.
    public let down: [String]

    /// - Parameters:
    ///   - group: on the network that the reload is to bring its containers to.
    ///   - isMoving: whether that network was named for this reload.
    /// - Throws: when one of them would stand on something that does not run, or is on another network.
    public init(
        of service: ServiceSpec, in group: GroupSpec, withDependents: Bool, isMoving: Bool, observed: ObservedGroup,
        remembered: GroupState
    ) throws(SelectionRefusal) {
        let containers = observed.containers.filter { $0.status == .running }
        let running = Set(containers.map(\.service))
        let reachable = Set(containers.filter { $0.networks.contains(group.network) }.map(\.service))
        // A start that fails leaves no container of those it did not come to.
        let stopped = Set(observed.containers.map(\.service)).filter { remembered[$0].phase == .blocked }
        let all = withDependents ? ServiceGraph(group).transitiveDependents(of: service.name) : []
        let names = all.intersection(running.union(stopped))
        dependents = group.services.filter { names.contains($0.name) }
        down = group.services.filter { !$0.isOneShot && all.contains($0.name) && !names.contains($0.name) }.map(\.name)
        for member in [service] + dependents {
            for needed in member.dependencies where needed != service.name && !names.contains(needed) {
                if group[needed]?.isOneShot != true, !running.contains(needed) {
                    throw Self.refusal(member.name, needed, of: service.name)
                }
                if isMoving, running.contains(needed), !reachable.contains(needed) {
                    throw SelectionRefusal(
                        message:
                            "\"\(member.name)\" would come to the network \(group.network), and \"\(needed)\", which it needs, is not on it",
                        next: "`miniboss start --network-name \(group.network)` moves the whole group.")
                }
            }
        }
    }

    private static func refusal(_ member: String, _ needed: String, of service: String) -> SelectionRefusal {
        guard member != service else {
            return SelectionRefusal(
                message: "\"\(service)\" needs \"\(needed)\", which is not running", next: "`miniboss start` starts both.")
        }
        return SelectionRefusal(
            message: "\"\(member)\", which is restarted with \"\(service)\", needs \"\(needed)\", which is not running",
            next: "`miniboss start` starts it; --no-dependents leaves \"\(member)\" as it is.")
    }
}
