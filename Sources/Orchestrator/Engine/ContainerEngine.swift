import DockerClient

/// The engine calls a run needs: the real engine, or a simulated one.
///
/// Each call is one request of the Engine API, and throws what the client throws.
protocol ContainerEngine: Sendable {
    /// Version and id of the engine, and the time on its clock.
    func identity() async throws(DockerError) -> EngineIdentity

    func containers(labels: [String]) async throws(DockerError) -> [ContainerSummary]
    func inspect(container id: String) async throws(DockerError) -> ContainerInspect
    func create(name: String, _ config: ContainerConfig) async throws(DockerError) -> String
    func start(container id: String) async throws(DockerError)
    /// Sends `signal`, and SIGKILL after `seconds`.
    func stop(container id: String, seconds: Double, signal: String) async throws(DockerError)
    func remove(container id: String, force: Bool) async throws(DockerError)
    func rename(container id: String, to name: String) async throws(DockerError)
    func logTail(container id: String, lines: Int) async throws(DockerError) -> [LogLine]
    func followLogs(container id: String, _ options: LogOptions, line: @escaping @Sendable (LogLine) -> Void) async throws(DockerError)
    /// Everything written since a moment of the engine's clock.
    func logs(container id: String, since: EngineTime?) async throws(DockerError) -> [LogLine]
    func exec(container id: String, _ config: ExecConfig) async throws(DockerError) -> ExecResult
    func inspectJSON(container id: String) async throws(DockerError) -> String
    func copyIn(container id: String, from hostPath: String, to path: String) async throws(DockerError)
    func copyOut(container id: String, from path: String, to hostPath: String) async throws(DockerError)

    func images() async throws(DockerError) -> [ImageSummary]
    func inspect(image name: String) async throws(DockerError) -> ImageInspect
    func pull(image name: String, progress: @escaping @Sendable (String) -> Void) async throws(DockerError)
    /// Builds and tags; `output` gets each line of the build.
    /// - Returns: the image's id.
    func build(_ request: BuildRequest, output: @escaping @Sendable (String) -> Void) async throws(DockerError) -> String

    func networks(named name: String) async throws(DockerError) -> [NetworkInspect]
    func createNetwork(name: String, labels: [String: String]) async throws(DockerError) -> String
    func remove(network id: String) async throws(DockerError)

    /// Calls `notice` for the container events with a label, gapless from `since` on, until cancelled or the engine stays away.
    func watch(label: String, since: EngineTime, notice: @escaping @Sendable (EngineNotice) -> Void) async throws(DockerError)
}

/// Which engine answers.
struct EngineIdentity: Sendable, Equatable {
    var id: String
    var version: String
    /// By the engine's own clock.
    var time: EngineTime
}

/// A build as a run asks for it.
struct BuildRequest: Sendable, Equatable {
    var directory: String
    var dockerfile: String
    var tag: String
    var labels: [String: String]
}
