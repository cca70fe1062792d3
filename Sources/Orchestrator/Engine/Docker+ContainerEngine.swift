package import DockerClient

/// The real engine.
extension Docker: ContainerEngine {
    package var publishedHost: String { host.publishedHost }

    package func identity() async throws(DockerError) -> EngineIdentity {
        let info = try await info()
        return EngineIdentity(id: info.id, version: info.serverVersion, time: EngineTime(info.systemTime) ?? EngineTime(nanoseconds: 0))
    }

    package func containers(labels: [String]) async throws(DockerError) -> [ContainerSummary] {
        try await listContainers(all: true, labels: labels)
    }

    package func inspect(container id: String) async throws(DockerError) -> ContainerInspect {
        try await inspectContainer(id)
    }

    package func state(container id: String) async throws(DockerError) -> ContainerState { try await containerState(id) }

    package func create(name: String, _ config: ContainerConfig) async throws(DockerError) -> String {
        try await createContainer(name: name, config).id
    }

    package func start(container id: String) async throws(DockerError) {
        _ = try await startContainer(id)
    }

    package func unpause(container id: String) async throws(DockerError) {
        _ = try await unpauseContainer(id)
    }

    package func stop(container id: String, seconds: Double) async throws(DockerError) {
        // The container carries its stop signal, and API 1.41 takes none here.
        let change = try await stopContainer(id, timeout: .seconds(seconds.rounded(.up)))
        if change == .already, let state = try? await state(container: id), state.running {
            throw DockerError(
                .protocolViolation, endpoint: "POST /containers/\(id)/stop", message: "304 says that it does not run, and it does")
        }
    }

    package func remove(container id: String, force: Bool, volumes: Bool) async throws(DockerError) {
        _ = try await removeContainer(id, force: force, volumes: volumes)
    }

    package func rename(container id: String, to name: String) async throws(DockerError) {
        try await renameContainer(id, to: name)
    }

    package func logTail(container id: String, lines: Int, since: EngineTime?) async throws(DockerError) -> [LogLine] {
        try await logTail(id, lines: lines, since: since)
    }

    package func followLogs(container id: String, _ options: LogOptions, line: @escaping @Sendable (LogLine) -> Void)
        async throws(DockerError)
    {
        for try await each in try await logLines(id, options) { line(each) }
    }

    package func logs(container id: String, since: EngineTime?) async throws(DockerError) -> [LogLine] {
        var lines: [LogLine] = []
        for try await line in try await logLines(id, LogOptions(since: since)) { lines.append(line) }
        return lines
    }

    package func inspectJSON(container id: String) async throws(DockerError) -> String {
        try await inspectContainerJSON(id)
    }

    package func copyIn(
        container id: String, from hostPath: String, to path: String, leavingOut own: OwnFiles
    ) async throws(DockerError) {
        try own.refuse(hostPath)
        var (directory, name) = split(path)
        switch try await pathKind(id, path: path) {
        case .directory?: (directory, name) = (path, split(hostPath).name)
        case .other? where name.isEmpty, nil where name.isEmpty:
            throw DockerError(.badRequest, endpoint: "PUT /containers/\(id)/archive", message: "\(path) is no directory of the container")
        default: break
        }
        try await copyIn(id, directory: directory, tar: TarWriter.archive(try HostTree.read(hostPath, as: name, leavingOut: own)))
    }

    package func copyOut(container id: String, from path: String, to hostPath: String) async throws(DockerError) {
        try HostTree.write(try await copyOutEntries(id, path: path), to: hostPath)
    }

    package func exec(container id: String, _ config: ExecConfig) async throws(DockerError) -> ExecResult {
        try await exec(id, config)
    }

    package func exec(container id: String, _ config: ExecConfig, streams: CommandStreams) async throws(DockerError) -> Int {
        let (exec, session) = try await startInteractiveExec(id, config)
        try await streams.pump(session) { (columns, rows) throws(DockerError) in
            try await self.resizeExec(exec, columns: columns, rows: rows)
        }
        return try await exitCode(ofExec: exec)
    }

    package func attach(container id: String, streams: CommandStreams, connected: @Sendable () async throws -> Void) async throws {
        let session = try await attach(id, tty: streams.tty)
        try await connected()
        try await streams.pump(session) { (columns, rows) throws(DockerError) in
            try await self.resizeContainer(id, columns: columns, rows: rows)
        }
    }

    package func images() async throws(DockerError) -> [ImageSummary] {
        try await listImages()
    }

    package func inspect(image name: String) async throws(DockerError) -> ImageInspect {
        try await inspectImage(name)
    }

    package func pull(image name: String, progress: @escaping @Sendable (String) -> Void) async throws(DockerError) {
        for try await step in try await pullImage(name) {
            let share = step.current.flatMap { current in step.total.map { Double(current) / Double($0) } }
            let percent = share.flatMap { (0...1).contains($0) ? " \(Int($0 * 100)) %" : nil } ?? ""
            progress([step.id, step.status].filter { !$0.isEmpty }.joined(separator: " ") + percent)
        }
    }

    package func build(_ request: BuildRequest, output: @escaping @Sendable (String) -> Void) async throws(DockerError) -> String {
        let context = try BuildContext(
            directory: request.directory, dockerfile: request.dockerfile, leavingOut: request.own.contain)
        var options = BuildOptions(tags: [request.tag])
        options.dockerfile = context.dockerfile
        for try await step in try await buildImage(options, context: context.stream()) {
            for line in step.text.split(separator: "\n") { output(String(line)) }
        }
        return try await inspectImage(request.tag).id
    }

    package func volumes() async throws(DockerError) -> [String] { try await listVolumes().map(\.name) }

    package func remove(volume name: String) async throws(DockerError) {
        _ = try await removeVolume(name)
    }

    package func networks(named name: String) async throws(DockerError) -> [NetworkInspect] {
        // The filter matches parts of names.
        try await listNetworks(filters: ["name": [name]]).filter { $0.name == name }
    }

    package func networks(labels: [String]) async throws(DockerError) -> [NetworkInspect] {
        try await listNetworks(labels: labels)
    }

    package func inspect(network id: String) async throws(DockerError) -> NetworkInspect {
        try await inspectNetwork(id)
    }

    package func createNetwork(name: String, labels: [String: String]) async throws(DockerError) -> String {
        try await createNetwork(name: name, labels: labels, driver: "bridge")
    }

    package func remove(network id: String) async throws(DockerError) {
        _ = try await removeNetwork(id)
    }

    package func watch(label: String, since: EngineTime, notice: @escaping @Sendable (EngineNotice) -> Void) async throws(DockerError) {
        for try await each in try await events(since: since, filters: ["label": [label], "type": ["container"]]) { notice(each) }
    }
}

private func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("/", path) }
    let directory = String(path[..<slash])
    return (directory.isEmpty ? "/" : directory, String(path[path.index(after: slash)...]))
}
