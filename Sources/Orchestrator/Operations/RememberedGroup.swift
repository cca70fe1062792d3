import Reconciler

extension RunSetting {
    /// The group as defined, else as far as the ledger remembers it, on the network it was started on.
    /// - Parameter network: another one, where the user names it.
    func group(remembered: GroupState, network: String? = nil) -> GroupSpec {
        let members = remembered.members.map {
            ServiceSpec(name: $0.name, image: $0.image, dependencies: $0.dependencies, typeName: $0.typeName)
        }
        return (definition?.spec ?? GroupSpec(name: groupName, services: members)).on(network ?? remembered.network)
    }
}

extension GroupSpec {
    /// The same group on another network; `nil` leaves it where it is.
    func on(_ network: String?) -> GroupSpec {
        var copy = self
        if let network { copy.network = network }
        return copy
    }
}
