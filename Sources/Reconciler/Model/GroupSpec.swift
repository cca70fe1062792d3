/// A group of services as defined, in the order of definition.
public struct GroupSpec: Sendable, Equatable, Codable {
    public var name: String
    public var services: [ServiceSpec]
    /// The group's bridge network.
    public var network: String

    public init(name: String, services: [ServiceSpec], network: String? = nil) {
        self.name = name
        self.services = services
        self.network = network ?? "miniboss-\(name)"
    }

    public subscript(service: String) -> ServiceSpec? {
        services.first { $0.name == service }
    }

    /// The same group with only the named services; dependencies on others are dropped.
    public func keeping(_ names: Set<String>) -> GroupSpec {
        var copy = self
        copy.services = services.filter { names.contains($0.name) }.map { service in
            var service = service
            service.dependencies.removeAll { !names.contains($0) }
            return service
        }
        return copy
    }
}
