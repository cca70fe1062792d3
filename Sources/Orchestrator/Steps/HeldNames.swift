import DockerClient
import Reconciler

/// Names of containers and networks that a start would want, and that others hold.
struct HeldNames {
    /// Who holds each, in words.
    private let holders: [String: String]

    /// - Parameter names: of containers.
    init(of names: Set<String>, network: String? = nil, group: String, engine: any ContainerEngine) async throws(DockerError) {
        var holders: [String: String] = [:]
        if !names.isEmpty {
            for container in try await engine.containers(labels: []) where names.contains(container.name) {
                let owner = container.labels[GroupLabels.group]
                guard owner != group else { continue }
                holders[container.name] = "a container \(owner.map { "of group \"\($0)\"" } ?? "not made by miniboss")"
            }
        }
        if let network, try await !engine.networks(named: network).isEmpty { holders[network] = "a network miniboss did not make" }
        self.holders = holders
    }

    /// What stands in the way; `nil` when nothing does.
    func warning(about name: String) -> String? { holders[name].map { "its name \(name) is held by \($0)" } }
}

extension Plan {
    /// The same plan, which says of each name that it can't have.
    func warned(group: String, engine: any ContainerEngine) async throws(DockerError) -> Plan {
        let names = Set(steps.filter { $0.kind == .createContainer }.map(\.target.text))
        // A plan makes the group's network only where none is the group's.
        let network = steps.first { $0.kind == .createNetwork }?.target.text
        let held = try await HeldNames(of: names, network: network, group: group, engine: engine)
        var plan = self
        for (index, step) in steps.enumerated() where step.kind == .createContainer || step.kind == .createNetwork {
            if let warning = held.warning(about: step.target.text) { plan.steps[index].cause += "; will fail: \(warning)" }
        }
        return plan
    }
}
