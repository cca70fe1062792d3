import DockerClient
import Reconciler

extension GroupRun {
    /// Host port 0 is any free one that no service asks for by its number. A service keeps the one it had, also when the container
    /// it replaces holds it still.
    func chosenPorts(_ ports: [PortMapping], of service: String) async -> [PortMapping] {
        guard ports.contains(where: { $0.host == 0 }) else { return ports }
        let memory = journal.state[service]
        // Whatever can't be found out about the old container, any free port will do.
        let replaced = if let id = memory.containerID { try? await engine.inspect(container: id) } else { nil as ContainerInspect? }
        // One that failed meanwhile was forgotten, and the one before it runs on.
        let published = found(service).flatMap(\.ports)
        var taken = Set(group.services.flatMap(\.ports).map(\.host) + ports.map(\.host))
        return ports.map { port in
            guard port.host == 0 else { return port }
            let former = replaced?.hostPort(port.container) ?? published.first { $0.container == port.container && $0.host != 0 }?.host
            var chosen = former ?? freePort(preferring: memory.spec?.hostPort(port.container))
            // Nobody listens yet at those that were chosen a moment ago.
            while chosen != 0, !taken.insert(chosen).inserted || !choose(port: chosen, for: service) {
                chosen = freePort(preferring: nil)
            }
            return PortMapping(container: port.container, host: chosen)
        }
    }
}
