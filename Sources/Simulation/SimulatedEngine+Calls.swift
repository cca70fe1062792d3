package import DockerClient
package import Orchestrator

/// What is asked of the engine and of its containers.
extension SimulatedEngine {
    package var publishedHost: String { "127.0.0.1" }

    package func identity() async throws(DockerError) -> EngineIdentity {
        try await call("info", reads: true) { engine in
            EngineIdentity(id: "simulated", version: "0", time: EngineTime(nanoseconds: Int(engine.scheduler.now)))
        }
    }

    package func containers(labels: [String]) async throws(DockerError) -> [ContainerSummary] {
        try await call("containers/json", reads: true) { engine in
            engine.world.containers.filter { container in labels.allSatisfy { container.has(label: $0) } }.map { container in
                var summary = ContainerSummary(container)
                if engine.isClearing(container.id) { summary.state = "running" }
                return summary
            }
        }
    }

    package func inspect(container id: String) async throws(DockerError) -> ContainerInspect {
        try await cleared(id)
        return try await call("inspect", reads: true) { (engine) throws(DockerError) in
            ContainerInspect(engine.world.containers[try engine.world.index(of: id)])
        }
    }

    package func state(container id: String) async throws(DockerError) -> ContainerState { try await inspect(container: id).state }

    package func inspectJSON(container id: String) async throws(DockerError) -> String {
        "{\"Id\":\"\(try await inspect(container: id).id)\"}"
    }

    package func create(name: String, _ config: ContainerConfig) async throws(DockerError) -> String {
        try await call("create \(name)") { (engine) throws(DockerError) in
            try engine.world.create(name: name, config, now: engine.scheduler.now)
        }
    }

    package func start(container id: String) async throws(DockerError) {
        try await cleared(id)
        try await call("start \(name(id))") { (engine) throws(DockerError) in
            let wasRunning = engine.world.containers[try engine.world.index(of: id)].state.running
            if !wasRunning { engine.willStart(id) }
            try engine.world.start(id, now: engine.scheduler.now, timestamp: engine.timestamp)
            let container = engine.world.containers[try engine.world.index(of: id)]
            guard !wasRunning else { return }
            engine.tell("start", container)
            engine.started(container)
        }
    }

    package func unpause(container id: String) async throws(DockerError) {
        try await call("unpause \(name(id))") { (engine) throws(DockerError) in
            let index = try engine.world.index(of: id)
            if engine.world.containers[index].state.paused { engine.world.pause(index, false) }
        }
    }

    package func stop(container id: String, seconds: Double) async throws(DockerError) {
        let index = try? world.index(of: id)
        if let index, world.containers[index].state.running, world.mustBeKilled(index) {
            do { try await scheduler.sleep(seconds) } catch { throw DockerError(.cancelled, endpoint: "POST /containers/\(id)/stop") }
        }
        try await call("stop \(name(id))") { (engine) throws(DockerError) in
            let index = try engine.world.index(of: id)
            guard engine.world.containers[index].state.running else { return }
            engine.willStop(engine.world.containers[index])
            engine.tell("kill", engine.world.containers[index])
            engine.world.end(index, code: engine.world.mustBeKilled(index) ? 137 : 0, timestamp: engine.timestamp)
            engine.died(index)
            engine.clearAway(id)
        }
        try await cleared(id)
    }

    package func remove(container id: String, force: Bool, volumes: Bool) async throws(DockerError) {
        try await call("remove \(name(id))") { (engine) throws(DockerError) in
            guard force || !engine.isClearing(id) else {
                throw DockerError(.http(409), endpoint: "DELETE /containers/\(id)", message: "You cannot remove a running container")
            }
            let container = try? engine.world.containers[engine.world.index(of: id)]
            try engine.world.remove(id, force: force, volumes: volumes)
            if let container { engine.tell("destroy", container) }
        }
    }

    package func rename(container id: String, to name: String) async throws(DockerError) {
        try await call("rename \(name)") { (engine) throws(DockerError) in try engine.world.rename(id, to: name) }
    }

    package func logTail(container id: String, lines: Int, since: EngineTime?) async throws(DockerError) -> [LogLine] {
        Array(try await logs(container: id, since: since).suffix(lines))
    }

    package func followLogs(
        container id: String, _ options: LogOptions, line: @escaping @Sendable (LogLine) -> Void
    ) async throws(DockerError) {
        for each in try await logs(container: id, since: nil) { line(each) }
    }

    package func logs(container id: String, since: EngineTime?) async throws(DockerError) -> [LogLine] {
        try await call("logs", reads: true) { (engine) throws(DockerError) in
            engine.world.containers[try engine.world.index(of: id)].log.map { LogLine(stream: .standardOutput, text: $0) }
        }
    }

    package func exec(container id: String, _ config: ExecConfig) async throws(DockerError) -> ExecResult {
        try await call("exec", reads: true) { (engine) throws(DockerError) in
            guard engine.world.containers[try engine.world.index(of: id)].state.running else {
                throw DockerError(.http(409), endpoint: "POST /containers/\(id)/exec", message: "Container \(id) is not running")
            }
            return ExecResult(exitCode: 0)
        }
    }

    package func exec(container id: String, _ config: ExecConfig, streams: CommandStreams) async throws(DockerError) -> Int {
        _ = try await exec(container: id, config)
        commandBegan()
        let asked = life
        try await pass(world.command.seconds)
        guard asked == life else { throw DockerError(.replyLost, endpoint: "POST /exec/start", message: "the connection broke") }
        // The end of its container is the end of the command.
        let isRunning = (try? world.containers[world.index(of: id)].state.running) == true
        return isRunning ? world.command.code : 137
    }

    package func attach(container id: String, streams: CommandStreams, connected: @Sendable () async throws -> Void) async throws {
        try await connected()
        commandBegan()
        let asked = life
        while (try? world.containers[world.index(of: id)].state.running) == true { try await pass(0.05) }
        guard asked == life else { throw DockerError(.replyLost, endpoint: "POST /attach", message: "the connection broke") }
    }

    package func copyIn(
        container id: String, from hostPath: String, to path: String, leavingOut own: OwnFiles
    ) async throws(DockerError) {
        _ = try await inspect(container: id)
    }

    package func copyOut(container id: String, from path: String, to hostPath: String) async throws(DockerError) {
        _ = try await inspect(container: id)
    }

    private func name(_ id: String) -> String {
        (try? world.index(of: id)).map { world.containers[$0].name } ?? id
    }
}

extension SimulatedWorld.Container {
    func has(label filter: String) -> Bool {
        let parts = filter.split(separator: "=", maxSplits: 1).map(String.init)
        return parts.count == 2 ? config.labels[parts[0]] == parts[1] : config.labels[filter] != nil
    }
}

extension ContainerSummary {
    fileprivate init(_ container: SimulatedWorld.Container) {
        self.init()
        id = container.id
        names = [container.name]
        image = container.config.image
        imageID = container.imageID
        labels = container.config.labels
        state = container.state.status
        status = state == "exited" ? "Exited (\(container.state.exitCode)) 1 second ago" : state
        created = Int(container.created / 1_000_000_000)
        mounts = container.mounts
        if container.state.running {
            ports = container.config.portBindings.map { binding in
                var port = ContainerSummary.Port()
                port.containerPort = binding.containerPort
                port.hostPort = binding.hostPort
                port.networkProtocol = "tcp"
                return port
            }
        }
    }
}

extension ContainerInspect {
    fileprivate init(_ container: SimulatedWorld.Container) {
        self.init()
        id = container.id
        name = container.name
        imageID = container.imageID
        state = container.state
        config.image = container.config.image
        config.env = container.config.env
        config.cmd = container.config.cmd
        config.entrypoint = container.config.entrypoint
        config.user = container.config.user ?? ""
        config.labels = container.config.labels
        config.stopSignal = container.config.stopSignal ?? ""
        if let network = container.config.network { networks = [network: ContainerNetwork()] }
        for binding in container.config.portBindings {
            let host = HostBinding(hostAddress: "0.0.0.0", hostPort: String(binding.hostPort))
            portBindings["\(binding.containerPort)/tcp"] = [host]
            if state.running { ports["\(binding.containerPort)/tcp"] = [host] }
        }
        mounts = container.mounts
    }
}

extension SimulatedWorld.Container {
    fileprivate var mounts: [ContainerMount] {
        mounted.map { mount in
            var shown = ContainerMount()
            shown.kind = "volume"
            shown.name = mount.volume
            shown.source = "/var/lib/docker/volumes/\(mount.volume)/_data"
            shown.target = mount.target
            return shown
        }
    }
}
