/// A group of services as defined, in the order of definition.
public struct GroupSpec: Sendable, Equatable {
    public var name: String
    public var services: [ServiceSpec] {
        didSet { positions = Self.positions(of: services) }
    }
    /// The group's bridge network.
    public var network: String
    /// Where a name stands first among the services.
    private var positions: [String: Int]

    public init(name: String, services: [ServiceSpec], network: String? = nil) {
        self.name = name
        self.services = services
        self.network = network ?? "miniboss-\(name)"
        positions = Self.positions(of: services)
    }

    private static func positions(of services: [ServiceSpec]) -> [String: Int] {
        Dictionary(services.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    public subscript(service: String) -> ServiceSpec? {
        positions[service].map { services[$0] }
    }

    /// The same group with only the named services; dependencies on others are dropped.
    public func keeping(_ names: Set<String>) -> GroupSpec {
        let kept = names.compactMap { positions[$0] }.sorted().map { index in
            var service = services[index]
            service.dependencies.removeAll { !names.contains($0) }
            return service
        }
        return GroupSpec(name: name, services: kept, network: network)
    }
}
