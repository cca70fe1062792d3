import DockerClient
import FoundationEssentials
import Testing

/// The group on the real engine, behind a proxy that kills, and the processes that work on it one after another.
struct RealTrial {
    let place: KillPlace
    private let docker: Docker
    private let proxy: EngineProxy
    private let supervisor: Supervisor

    /// - Throws: when the real engine does not listen at a Unix socket.
    init(group: String, supervisor: Supervisor) throws {
        docker = try Docker(environment: ProcessInfo.processInfo.environment)
        let host = docker.host.description
        try #require(host.hasPrefix("unix://"), "the engine is at \(host), but only a Unix socket can be stood before")
        proxy = try EngineProxy(to: String(host.dropFirst("unix://".count)))
        place = try KilledGroup.place(supervisor.directory("real"), group: group)
        self.supervisor = supervisor
    }

    /// Fault points that the last process passed.
    var passed: Int { proxy.client.passed }

    func run(_ arguments: [String], lethal: Int? = nil) throws -> Supervisor.Ended {
        try supervisor.run(arguments, in: place, host: proxy.host, fault: lethal.map { .request($0) }) { launch in
            try proxy.client.launch(lethal: lethal, launch)
        }
    }

    /// Runs a command that nobody kills and that must succeed.
    func calm(_ arguments: [String]) throws {
        let ended = try run(arguments)
        try #require(ended.code == 0 && !ended.wasKilled, "\(arguments): \(ended.words)")
    }

    /// Somebody else's container, with a name much like ours.
    func addForeigner() async throws {
        var config = ContainerConfig(image: KilledGroup.base)
        config.cmd = ["sleep", "1000"]
        config.labels = ["io.miniboss.group": place.group + "-two", "io.miniboss.service": "db"]
        let made = try await docker.createContainer(name: "miniboss-\(place.group)-two_db", config)
        try await docker.startContainer(made.id)
    }

    func picture() async throws -> EnginePicture {
        let base = try await docker.inspectImage(KilledGroup.base).config.env
        var containers: [EnginePicture.Container] = []
        for summary in try await docker.listContainers(labels: ["io.miniboss.group=\(place.group)"]) {
            let inspect = try await docker.inspectContainer(summary.id)
            containers.append(
                EnginePicture.Container(
                    service: summary.labels["io.miniboss.service"] ?? "", name: inspect.name, status: inspect.state.status,
                    env: inspect.config.env.filter { !base.contains($0) && !$0.hasPrefix("PATH=") }.sorted(), image: inspect.imageID,
                    network: inspect.networkMode))
        }
        var foreign: [String] = []
        for summary in try await docker.listContainers(labels: ["io.miniboss.group=\(place.group)-two"]) {
            let state = try await docker.inspectContainer(summary.id).state
            foreign.append("\(summary.id) \(summary.name) \(state.status) \(state.startedAt)")
        }
        return EnginePicture(
            containers: containers.sorted { ($0.service, $0.name) < ($1.service, $1.name) },
            networks: try await docker.listNetworks(labels: ["io.miniboss.group=\(place.group)"]).map(\.name), foreign: foreign)
    }

    /// What is wrong after these processes; empty when nothing is.
    func violations(_ processes: [Supervisor.Ended], _ expected: EnginePicture) async throws -> [String] {
        guard let last = processes.last, last.code == 0, !last.wasKilled else {
            return ["a calm start did not succeed: \(processes.last?.words ?? "")"]
        }
        let ledger = try LedgerChecks(place)
        var found = try ledger.violations(processes)
        let picture = try await picture()
        if picture != expected { found.append("the end is \(picture), not \(expected)") }
        for summary in try await docker.listContainers(labels: ["io.miniboss.group=\(place.group)"]) {
            let operation = summary.labels["io.miniboss.operation"] ?? ""
            if !ledger.intended.contains(operation) { found.append("\(summary.name) was made in \(operation), which was never intended") }
            guard summary.labels["io.miniboss.service"] == "db" else { continue }
            let lines = try await docker.exec(summary.id, ExecConfig(["cat", "/primed"])).output.count { $0 == 10 }
            if lines == 0 { found.append("post_start of db never ran") }
            let begun = ledger.primings[summary.id] ?? 0
            if lines > begun { found.append("post_start of db ran \(lines) times, but was begun \(begun) times") }
        }
        return found
    }

    /// Makes the group as if it had never been.
    func clear() async throws {
        let labels = ["io.miniboss.group=\(place.group)"]
        for container in try await docker.listContainers(labels: labels) { try await docker.removeContainer(container.id, force: true) }
        for network in try await docker.listNetworks(labels: labels) { try await docker.removeNetwork(network.id) }
        try? FileManager.default.removeItem(atPath: place.directory + "/.miniboss")
        try place.write("source/version", "1")
    }

    /// Takes everything away that the trial made.
    func close() async throws {
        try await clear()
        for container in try await docker.listContainers(labels: ["io.miniboss.group=\(place.group)-two"]) {
            try await docker.removeContainer(container.id, force: true)
        }
        // Each version took the name from the one before.
        for image in try await docker.listImages(filters: ["dangling": ["true"], "label": ["kill-test=\(place.group)"]]) {
            try await docker.removeImage(image.id, force: true)
        }
        try await docker.removeImage(KilledGroup.image(place.group), force: true)
    }
}
