package import DockerClient

/// What an engine holds: containers, images, networks. Pure: time comes in, errors are worded as Docker Engine 20.10 words them.
package struct SimulatedWorld: Sendable {
    package struct Container: Sendable {
        package var id: String
        package var name: String
        package var config: ContainerConfig
        package var imageID: String
        package var created: Int64
        package var state = ContainerState()
        package var log: [String] = []
        package var mounted: [Mounted] = []
        /// When its process will end by itself.
        package var dies: (at: Int64, code: Int)?
        /// When the engine will have taken it apart.
        package var leaves: Int64?

        package var service: String { config.labels["io.miniboss.service"] ?? "" }
        package var group: String? { config.labels["io.miniboss.group"] }
        /// The container of a `run`, whose command ends by itself.
        package var isOneOff: Bool { config.labels["io.miniboss.oneoff"] != nil }
    }

    package struct Network: Sendable {
        package var id: String
        package var name: String
        package var labels: [String: String]
    }

    /// How a container's process behaves, by the service in its label.
    package enum Program: Sendable, Equatable {
        case runs
        /// Ends by itself so many seconds after its start.
        case exits(code: Int, after: Double)
        /// Has to be killed.
        case ignoresStop
        /// The engine can't start it.
        case cannotStart
    }

    package var containers: [Container] = []
    package var networks: [Network] = []
    /// Image ids by reference.
    package var images: [String: String] = [:]
    package var programs: [String: Program] = [:]
    /// What commands do that are run in containers, and with which code they end.
    package var command = (seconds: 0.0, code: 0)
    /// Host ports that a process of the host holds.
    package var takenPorts: Set<Int> = []
    /// References of images that keep data in a volume without a name.
    package var keepsData: Set<String> = []
    /// By name: the containers that have written there, in order.
    package var volumes: [String: [String]] = [:]
    /// By service: where its last container wrote.
    var lastVolume: [String: String] = [:]
    package var orphaned: Set<String> = []
    /// Data that a container should have found and did not.
    package internal(set) var losses: [String] = []
    private var made = 0

    package init() {}

    mutating func identifier(_ kind: String) -> String {
        made += 1
        let digits = String(made, radix: 16)
        return kind + String(repeating: "0", count: 64 - kind.count - digits.count) + digits
    }

    package func index(of idOrName: String) throws(DockerError) -> Int {
        guard let index = containers.firstIndex(where: { $0.id == idOrName || $0.name == idOrName }) else {
            throw DockerError(.http(404), endpoint: "GET /containers/\(idOrName)/json", message: "No such container: \(idOrName)")
        }
        return index
    }

    package mutating func create(name: String, _ config: ContainerConfig, now: Int64) throws(DockerError) -> String {
        let endpoint = "POST /containers/create"
        guard let image = images[config.image] ?? (images.values.contains(config.image) ? config.image : nil) else {
            throw DockerError(.http(404), endpoint: endpoint, message: "No such image: \(config.image)")
        }
        if let holder = containers.first(where: { $0.name == name }) {
            throw DockerError(
                .http(409), endpoint: endpoint,
                message:
                    "Conflict. The container name \"/\(name)\" is already in use by container \"\(holder.id)\". You have to remove (or rename) that container to be able to reuse that name."
            )
        }
        var container = Container(id: identifier("c"), name: name, config: config, imageID: image, created: now)
        container.state.status = "created"
        container.mounted = mount(config)
        containers.append(container)
        return container.id
    }

    package mutating func start(_ id: String, now: Int64, timestamp: String) throws(DockerError) {
        let index = try index(of: id)
        guard !containers[index].state.running else { return }
        let endpoint = "POST /containers/\(id)/start"
        guard containers[index].state.status != "removing" else {
            throw DockerError(.http(409), endpoint: endpoint, message: "container is marked for removal and cannot be started")
        }
        let config = containers[index].config
        if let network = config.network, !networks.contains(where: { $0.name == network || $0.id == network }) {
            throw DockerError(.http(404), endpoint: endpoint, message: "network \(network) not found")
        }
        let others = containers.filter { $0.id != id && $0.state.running }.flatMap(\.config.portBindings).map(\.hostPort)
        for binding in config.portBindings where others.contains(binding.hostPort) || takenPorts.contains(binding.hostPort) {
            containers[index].state.exitCode = 128
            throw DockerError(
                .http(500), endpoint: endpoint,
                message:
                    "driver failed programming external connectivity on endpoint \(containers[index].name): Bind for 0.0.0.0:\(binding.hostPort) failed: port is already allocated"
            )
        }
        let program =
            containers[index].isOneOff ? .exits(code: command.code, after: command.seconds) : programs[containers[index].service] ?? .runs
        guard program != .cannotStart else {
            containers[index].state.exitCode = 127
            throw DockerError(
                .http(400), endpoint: endpoint,
                message:
                    "OCI runtime create failed: container_linux.go:367: starting container process caused: exec: \"nothing\": executable file not found in $PATH: unknown"
            )
        }
        containers[index].state.status = "running"
        containers[index].state.running = true
        containers[index].state.startedAt = timestamp
        containers[index].state.exitCode = 0
        write(containers[index])
        if case .exits(let code, let after) = program { containers[index].dies = (now + Int64(after * 1e9), code) }
    }

    /// From here on programs run, those that were started before, too.
    package mutating func calmDown() {
        programs = [:]
        for index in containers.indices { containers[index].dies = nil }
    }

    /// What runs of a service that is meant to end does so.
    package mutating func endSoon(_ service: String, of group: String, at moment: Int64) {
        for index in containers.indices where containers[index].service == service && containers[index].group == group {
            if containers[index].state.running { containers[index].dies = (moment, 0) }
        }
    }

    /// Somebody removes it; it is there until the engine has taken it apart.
    package mutating func beginRemoval(_ index: Int, until leaves: Int64) {
        containers[index].leaves = leaves
        containers[index].state.status = "removing"
        containers[index].state.running = false
        containers[index].state.paused = false
        containers[index].dies = nil
    }

    package mutating func pause(_ index: Int, _ isPaused: Bool) {
        containers[index].state.paused = isPaused
        containers[index].state.status = isPaused ? "paused" : "running"
    }

    /// Its process ends.
    package mutating func end(_ index: Int, code: Int, timestamp: String) {
        containers[index].state.status = "exited"
        containers[index].state.running = false
        containers[index].state.paused = false
        containers[index].state.exitCode = code
        containers[index].state.finishedAt = timestamp
        containers[index].dies = nil
    }

    /// - Returns: whether it had to be killed.
    package func mustBeKilled(_ index: Int) -> Bool {
        programs[containers[index].service] == .ignoresStop && !containers[index].isOneOff
    }

    /// - Parameter volumes: take along those the engine made for it.
    package mutating func remove(_ id: String, force: Bool, volumes: Bool = false) throws(DockerError) {
        guard let index = containers.firstIndex(where: { $0.id == id || $0.name == id }) else { return }
        guard !containers[index].state.running || force else {
            throw DockerError(
                .http(409), endpoint: "DELETE /containers/\(id)",
                message:
                    "You cannot remove a running container \(containers[index].id). Stop the container before attempting removal or force remove"
            )
        }
        let container = containers.remove(at: index)
        if volumes { removeOwnVolumes(of: container) }
    }

    package mutating func rename(_ id: String, to name: String) throws(DockerError) {
        let index = try index(of: id)
        if let holder = containers.first(where: { $0.name == name && $0.id != containers[index].id }) {
            throw DockerError(
                .http(409), endpoint: "POST /containers/\(id)/rename",
                message: "Conflict. The container name \"/\(name)\" is already in use by container \"\(holder.id)\".")
        }
        containers[index].name = name
    }

    package mutating func createNetwork(_ name: String, labels: [String: String]) throws(DockerError) -> String {
        guard !networks.contains(where: { $0.name == name }) else {
            throw DockerError(.http(409), endpoint: "POST /networks/create", message: "network with name \(name) already exists")
        }
        let network = Network(id: identifier("a"), name: name, labels: labels)
        networks.append(network)
        return network.id
    }

    package mutating func removeNetwork(_ id: String) throws(DockerError) {
        guard let index = networks.firstIndex(where: { $0.id == id || $0.name == id }) else { return }
        let name = networks[index].name
        if containers.contains(where: { $0.state.running && ($0.config.network == name || $0.config.network == id) }) {
            throw DockerError(
                .http(403), endpoint: "DELETE /networks/\(id)",
                message: "error while removing network: network \(name) id \(id) has active endpoints")
        }
        networks.remove(at: index)
    }

    package mutating func newImage(_ reference: String) -> String {
        let id = "sha256:" + identifier("e")
        images[reference] = id
        return id
    }
}
