package import DockerClient

/// The engine calls a run needs: the real engine, or a simulated one.
///
/// Each call is one request of the Engine API, and throws what the client throws.
package protocol ContainerEngine: Sendable {
    /// Where the ports that its containers publish are reached.
    var publishedHost: String { get }
    /// Version and id of the engine, and the time on its clock.
    func identity() async throws(DockerError) -> EngineIdentity

    func containers(labels: [String]) async throws(DockerError) -> [ContainerSummary]
    func inspect(container id: String) async throws(DockerError) -> ContainerInspect
    /// What `inspect` tells of the container's process.
    func state(container id: String) async throws(DockerError) -> ContainerState
    func create(name: String, _ config: ContainerConfig) async throws(DockerError) -> String
    func start(container id: String) async throws(DockerError)
    func unpause(container id: String) async throws(DockerError)
    /// Sends the stop signal the container was made with, and SIGKILL after `seconds`.
    func stop(container id: String, seconds: Double) async throws(DockerError)
    /// - Parameter volumes: take those without a name with it.
    func remove(container id: String, force: Bool, volumes: Bool) async throws(DockerError)
    func rename(container id: String, to name: String) async throws(DockerError)
    func logTail(container id: String, lines: Int, since: EngineTime?) async throws(DockerError) -> [LogLine]
    func followLogs(container id: String, _ options: LogOptions, line: @escaping @Sendable (LogLine) -> Void) async throws(DockerError)
    /// Everything written since a moment of the engine's clock.
    func logs(container id: String, since: EngineTime?) async throws(DockerError) -> [LogLine]
    func exec(container id: String, _ config: ExecConfig) async throws(DockerError) -> ExecResult
    /// The same with the caller's own streams.
    /// - Returns: the exit code.
    func exec(container id: String, _ config: ExecConfig, streams: CommandStreams) async throws(DockerError) -> Int
    /// Connects the caller's streams to a container, calls `connected`, and returns when the container closes them.
    func attach(container id: String, streams: CommandStreams, connected: @Sendable () async throws -> Void) async throws
    func inspectJSON(container id: String) async throws(DockerError) -> String
    func copyIn(container id: String, from hostPath: String, to path: String, leavingOut own: OwnFiles) async throws(DockerError)
    func copyOut(container id: String, from path: String, to hostPath: String) async throws(DockerError)

    func images() async throws(DockerError) -> [ImageSummary]
    func inspect(image name: String) async throws(DockerError) -> ImageInspect
    func pull(image name: String, progress: @escaping @Sendable (String) -> Void) async throws(DockerError)
    /// Builds and tags; `output` gets each line of the build.
    /// - Returns: the image's id.
    func build(_ request: BuildRequest, output: @escaping @Sendable (String) -> Void) async throws(DockerError) -> String

    /// The names of all volumes.
    func volumes() async throws(DockerError) -> [String]
    func remove(volume name: String) async throws(DockerError)

    func networks(named name: String) async throws(DockerError) -> [NetworkInspect]
    func networks(labels: [String]) async throws(DockerError) -> [NetworkInspect]
    func inspect(network id: String) async throws(DockerError) -> NetworkInspect
    func createNetwork(name: String, labels: [String: String]) async throws(DockerError) -> String
    func remove(network id: String) async throws(DockerError)

    /// Calls `notice` for the container events with a label, gapless from `since` on, until cancelled or the engine stays away.
    func watch(label: String, since: EngineTime, notice: @escaping @Sendable (EngineNotice) -> Void) async throws(DockerError)
}

/// Which engine answers.
package struct EngineIdentity: Sendable, Equatable {
    package var id: String
    package var version: String
    /// By the engine's own clock.
    package var time: EngineTime

    package init(id: String, version: String, time: EngineTime) {
        self.id = id
        self.version = version
        self.time = time
    }
}

/// A build as a run asks for it. It bears no labels: the classic builder makes a layer of each.
package struct BuildRequest: Sendable, Equatable {
    package var directory: String
    package var dockerfile: String
    package var tag: String
    /// What of the directory is not sent.
    package var own: OwnFiles
}
