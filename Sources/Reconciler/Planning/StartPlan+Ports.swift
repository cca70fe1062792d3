extension StartPlanner {
    /// Ends the containers of other services that hold a host port which has become this service's: they are replaced for that
    /// anyway, but perhaps only after this one, when they depend on it.
    /// - Returns: what its start waits for.
    mutating func makeWay(for service: ServiceSpec, after: [Int?]) -> [Int?] {
        service.ports.filter { $0.host != 0 }.flatMap { port in
            request.observed.containers.filter { holds($0, port.host, insteadOf: service.name) }.flatMap { holder in
                // What is to become of that service is decided in its turn, which comes before this one's.
                if draft.endings[holder.id] == nil, let last = draft.lastSteps[holder.service] { return [last] as [Int?] }
                return draft.end(holder, of: holder.service, cause: "host port \(port.host) is \(service.name)'s now", after: after)
            }
        }
    }

    /// Whether it publishes the port and its own service has given it up; of a service that is left out nothing is known.
    private func holds(_ container: ObservedContainer, _ host: Int, insteadOf service: String) -> Bool {
        guard container.service != service, container.status.mustBeStopped, let owner = request.desired[container.service] else {
            return false
        }
        return container.ports.contains { published in
            published.host == host
                && !owner.ports.contains { $0.host == host || ($0.host == 0 && $0.container == published.container) }
        }
    }
}
