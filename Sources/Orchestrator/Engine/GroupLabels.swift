import DockerClient
import Reconciler

/// The labels by which a group's containers are known; names never decide.
enum GroupLabels {
    static let group = "io.miniboss.group"
    static let service = "io.miniboss.service"
    static let run = "io.miniboss.run"
    static let operation = "io.miniboss.operation"
    /// Path of the ledger that remembers it.
    static let ledger = "io.miniboss.ledger"
    /// Keyed hash of the resolved spec: equal for equal containers, and tells nothing of its values.
    static let spec = "io.miniboss.spec"
    /// On one-off containers, which are no part of the group's state.
    static let oneOff = "io.miniboss.oneoff"

    static func filter(group name: String) -> String { "\(group)=\(name)" }
    static func filter(operation id: String) -> String { "\(operation)=\(id)" }

    /// Whether a container that was found by its name is of the group, and of that service where one is named: anybody can take a
    /// name that has come free.
    static func areOn(_ container: ContainerInspect, group name: String, service: String?) -> Bool {
        let labels = container.config.labels
        return labels[group] == name && (service == nil || labels[self.service] == service)
    }
}
