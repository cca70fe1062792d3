extension StartPlanner {
    /// Ends the containers of other services that hold a host port which has become this service's: they are replaced for that
    /// anyway, but perhaps only after this one, when they depend on it.
    /// - Returns: what its start waits for.
    mutating func makeWay(for service: ServiceSpec, after: [Int?]) -> [Int?] {
        service.ports.flatMap { port -> [Int?] in
            publishers[port.host, default: []].filter { hasGivenUp(port.host, $0, to: service.name) }.flatMap { holder -> [Int?] in
                // What is to become of that service is decided in its turn, which comes before this one's.
                if draft.endings[holder.id] == nil, let last = draft.lastSteps[holder.service] { return last }
                return draft.end(holder, of: holder.service, cause: "host port \(port.host) is \(service.name)'s now", after: after)
            }
        }
    }

    /// A host port that was chosen for a stopped service and that somebody else has taken since.
    func lostPort(of service: ServiceSpec) -> Int? {
        service.ports.lazy.filter { $0.host == 0 }.compactMap { request.history[service.name].spec?.hostPort($0.container) }
            .first { !request.isPortFree($0) }
    }

    /// Why a service for which any host port will do can't keep the one it has: another service asks for it by its number.
    func portAskedFor(_ service: ServiceSpec, _ keeper: ObservedContainer) -> String? {
        let any = Set(service.ports.filter { $0.host == 0 }.map(\.container))
        guard !any.isEmpty else { return nil }
        let published = keeper.ports.filter { any.contains($0.container) }.map(\.host)
        // One that does not run publishes none: it will have what was chosen for it again.
        let held = published.isEmpty ? any.compactMap { request.history[service.name].spec?.hostPort($0) } : published
        return held.sorted().lazy.compactMap { host in
            claims[host].map { PlanCause.replaced("host port \(host), which it has, is \($0)'s now, and any free one will do") }
        }.first
    }

    /// Whether its own service asks for the port no more; of a service that is left out nothing is known.
    private func hasGivenUp(_ host: Int, _ container: ObservedContainer, to service: String) -> Bool {
        guard container.service != service, let owner = request.desired[container.service] else { return false }
        return !owner.ports.contains { $0.host == host }
    }

    /// The services that ask for a host port by its number.
    static func claims(in desired: GroupSpec) -> [Int: String] {
        let pairs = desired.services.flatMap { service in service.ports.filter { $0.host != 0 }.map { ($0.host, service.name) } }
        return Dictionary(pairs) { first, _ in first }
    }

    /// The containers that hold host ports, by port.
    static func publishers(in observed: ObservedGroup) -> [Int: [ObservedContainer]] {
        var found: [Int: [ObservedContainer]] = [:]
        for container in observed.containers where container.status.mustBeStopped {
            for host in Set(container.ports.map(\.host)).sorted() where host != 0 { found[host, default: []].append(container) }
        }
        return found
    }
}
