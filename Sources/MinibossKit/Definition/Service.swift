/// One service of a group: a container, how to tell that it is ready, and what to do around its life.
///
/// Only `name` and `image` must be written; plain literals fit all the others: `let ports = [5432: 5433]`.
/// Strings from `image` to `dockerfile`, and those of a readiness's path or command, may hold `{key}` from the `Context`, but for
/// the names of dependencies; `{{` and `}}` stand for braces.
public protocol Service: Sendable {
    associatedtype Env: EnvironmentConvertible = [String: String]
    associatedtype Volumes: VolumesConvertible = [String]
    associatedtype Entrypoint: CommandConvertible = [String]?
    associatedtype Command: CommandConvertible = [String]?

    /// Unique in the group; a host name (RFC 1123 label); other services reach the container by it.
    var name: String { get }
    /// Reference of the container image, e.g. `postgres:15`; without a tag it means `latest`.
    var image: String { get }
    /// Names of the services that must be running first; none by default.
    var dependencies: [String] { get }
    /// Environment variables: `["KEY": "value"]`, or an `Environment` for numbers, booleans and secrets.
    var env: Env { get }
    /// Container port to host port, 1-65535; host port 0 is a free one that stays the same across restarts.
    var ports: [Int: Int] { get }
    /// `["./directory:/mount:ro"]`, or `["name": Mount(at: "/mount")]`; relative directories start at the definition file.
    var volumes: Volumes { get }
    /// A string that is split as a shell would, or a list of words; the image's own by default.
    var entrypoint: Entrypoint { get }
    /// A string that is split as a shell would, or a list of words; the image's own by default.
    var cmd: Command { get }
    /// User name or number, optionally `user:group`; empty, the default, is the image's own.
    var user: String { get }
    /// Make a new container at every start; `false` by default.
    var alwaysStartNew: Bool { get }
    /// The signal that asks the container to stop; `.sigterm` by default.
    var stopSignal: StopSignal { get }
    /// Directory to build the image from, relative to the definition file; empty, the default, is none.
    var buildFromDirectory: String { get }
    /// Path of the Dockerfile, relative to `buildFromDirectory` and perhaps outside of it; `Dockerfile` by default.
    var dockerfile: String { get }
    /// What makes the service ready, unless `ping` is written; `.none` by default.
    var readiness: Readiness { get }

    /// Called before a new container starts, not when one is found. An error fails the service.
    func preStart() async throws
    /// Called at once and then every 0.1 s until it is true. An error fails the service: return false for what may still come.
    func ping(_ container: Container) async throws -> Bool
    /// Called once after a new container's first successful ping, before dependents start. An error fails the service.
    func postStart(_ container: Container) async throws
    /// Called before the container is stopped. An error is recorded and never blocks the stop.
    func preStop(_ container: Container) async throws
}

extension Service {
    public var dependencies: [String] { [] }
    public var ports: [Int: Int] { [:] }
    public var user: String { "" }
    public var alwaysStartNew: Bool { false }
    public var stopSignal: StopSignal { .sigterm }
    public var buildFromDirectory: String { "" }
    public var dockerfile: String { "Dockerfile" }
    public var readiness: Readiness { .none }

    public func preStart() async throws {}
    public func ping(_ container: Container) async throws -> Bool { try await container.meets(readiness) }
    public func postStart(_ container: Container) async throws {}
    public func preStop(_ container: Container) async throws {}
}

extension Service where Env == [String: String] {
    public var env: [String: String] { [:] }
}

extension Service where Volumes == [String] {
    public var volumes: [String] { [] }
}

extension Service where Entrypoint == [String]? {
    public var entrypoint: [String]? { nil }
}

extension Service where Command == [String]? {
    public var cmd: [String]? { nil }
}
