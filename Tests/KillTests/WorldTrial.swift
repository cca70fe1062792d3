import DockerClient
import Simulation
import Testing

/// A group on an engine of its own, and the processes that work on it one after another.
struct WorldTrial {
    /// What must be the same whether or not somebody was killed on the way.
    struct End: Sendable, Equatable {
        var picture: EnginePicture
        /// How many containers and networks were made, by name.
        var made: [String: Int]
        /// How often a container of each service was begun.
        var begun: [String: Int]
    }

    let place: KillPlace
    private let engine: WorldEngine
    private let supervisor: Supervisor

    init(place: KillPlace, engine state: WorldEngine.State, supervisor: Supervisor) throws {
        self.place = place
        self.supervisor = supervisor
        engine = try WorldEngine(state) { container, _ in
            container.config.env.first { $0.hasPrefix("MODE=") }.map { $0.dropFirst(5) + "\n" } ?? ""
        }
    }

    var state: WorldEngine.State { engine.withState { $0 } }

    func run(_ arguments: [String], fault: FaultPoint? = nil) throws -> Supervisor.Ended {
        let lethal: Int? = if case .request(let point) = fault { point } else { nil }
        return try supervisor.run(arguments, in: place, host: engine.host, fault: fault) { launch in
            try engine.client.launch(lethal: lethal, launch)
        }
    }

    /// Runs a command that nobody kills and that must succeed.
    func calm(_ arguments: [String]) throws {
        let ended = try run(arguments)
        try #require(ended.code == 0 && !ended.wasKilled, "\(arguments): \(ended.words)")
    }

    var end: End {
        let state = state
        let ours = state.world.containers.filter { $0.group == place.group }
        let foreign =
            state.world.containers.filter { $0.group != place.group }.map { "\($0.id) \($0.name) \($0.state.status) \($0.state.startedAt)" }
            + state.world.networks.filter { $0.labels["io.miniboss.group"] != place.group }.map { "\($0.id) \($0.name)" }
        return End(
            picture: EnginePicture(
                containers: ours.map(EnginePicture.Container.init).sorted { ($0.service, $0.name) < ($1.service, $1.name) },
                networks: state.world.networks.filter { $0.labels["io.miniboss.group"] == place.group }.map(\.name), foreign: foreign),
            made: state.made, begun: state.begun)
    }

    /// What is wrong after these processes; empty when nothing is.
    func violations(_ processes: [Supervisor.Ended], _ base: KillTrialBase) throws -> [String] {
        guard let last = processes.last, last.code == 0, !last.wasKilled else {
            return ["a calm start did not succeed: \(processes.last?.words ?? "")"]
        }
        let ledger = try LedgerChecks(place)
        var found = try ledger.violations(processes)
        let end = end
        if end.picture != base.end.picture { found.append("the end is \(end.picture), not \(base.end.picture)") }
        // Fewer are right where a stop was killed before it did anything. A replacement that was not begun yet may be thrown
        // away and made anew, once for each that was killed.
        let forgiven = base.scenario.replaces ? processes.count(where: \.wasKilled) : 0
        for (name, count) in end.made where count > (base.end.made[name] ?? 0) + forgiven { found.append("\(name): made \(count) times") }
        for (name, count) in end.begun where count > base.end.begun[name] ?? 0 { found.append("\(name): begun \(count) times") }
        let state = state
        let unintended = state.operations.subtracting(ledger.intended)
        if !unintended.isEmpty { found.append("what was made in \(unintended.sorted()) was never intended") }
        let ran = Dictionary(grouping: state.execs.filter(\.hasRun), by: \.container).mapValues(\.count)
        let primings = ledger.primings
        for container in state.world.containers where container.group == place.group && container.service == "db" {
            let times = ran[container.id] ?? 0
            if times == 0 { found.append("post_start of db never ran") }
            if times > primings[container.id] ?? 0 { found.append("post_start of db ran \(times) times, more often than it was begun") }
        }
        return found
    }
}

extension EnginePicture.Container {
    fileprivate init(_ container: SimulatedWorld.Container) {
        self.init(
            service: container.service, name: container.name, status: container.state.status, env: container.config.env.sorted(),
            image: container.imageID, network: container.config.network ?? "")
    }
}
