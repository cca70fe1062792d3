import FoundationEssentials
import Synchronization

/// A client of one Docker Engine.
///
/// Calls may be made from any task at the same time. Every call throws `DockerError` and is ended by cancelling its task.
public final class Docker: Sendable {
    public let host: DockerHost
    let registry: RegistryCredentials
    let engine: CurlEngine
    /// What a short call may take from sending to the last byte.
    let patience: Duration
    /// For calls that are answered soon.
    let shortCalls = CallSlots(atMost: 36)
    /// For those that last as long as a container takes to end.
    let longCalls = CallSlots(atMost: 200)
    /// For commands in containers whose output is collected.
    let execCalls = CallSlots(atMost: 200)
    private let pinned: APIVersion?
    private let agreed = Mutex<APIVersion?>(nil)

    /// - Parameters:
    ///   - apiVersion: spoken without asking the engine; nil negotiates with the first call.
    ///   - patience: limit for calls that the engine answers at once.
    public convenience init(
        host: DockerHost, apiVersion: APIVersion? = nil, registry: RegistryCredentials = .none, patience: Duration = .seconds(60)
    ) {
        self.init(host: host, apiVersion: apiVersion, registry: registry, patience: patience, engine: .shared)
    }

    /// The engine, version and registry logins the user's environment names; see `DockerHost.resolve`.
    ///
    /// - Parameter environment: also read: `DOCKER_API_VERSION`. Nothing is connected to yet.
    public convenience init(environment: [String: String]) throws(DockerError) {
        var version: APIVersion?
        if let text = environment.nonEmpty("DOCKER_API_VERSION") {
            version = APIVersion(text)
            guard version != nil else { throw DockerError(.unsupportedVersion, message: "DOCKER_API_VERSION=\(text) is no version") }
        }
        let host = try DockerHost.resolve(environment: environment)
        self.init(host: host, apiVersion: version, registry: RegistryCredentials(environment: environment))
    }

    init(
        host: DockerHost, apiVersion: APIVersion? = nil, registry: RegistryCredentials = .none, patience: Duration = .seconds(60),
        engine: CurlEngine
    ) {
        self.host = host
        self.registry = registry
        self.engine = engine
        self.patience = patience
        pinned = apiVersion
    }

    /// The API version in use: pinned, or the newest that both sides speak.
    public func apiVersion() async throws(DockerError) -> APIVersion {
        if let version = pinned ?? agreed.withLock({ $0 }) { return version }
        let theirs = try await ping().apiVersion
        guard let version = APIVersion.negotiated(with: theirs) else {
            throw DockerError(
                .unsupportedVersion, endpoint: "HEAD /_ping",
                message: "the engine speaks up to \(theirs), this client \(APIVersion.oldest) to \(APIVersion.newest)")
        }
        agreed.withLock { $0 = version }
        return version
    }

    /// Takes over the version an engine asked for in its refusal; false when that changes nothing or cannot be done.
    func renegotiate(after error: DockerError, tried: APIVersion) -> Bool {
        guard error.status == 400, pinned == nil, let bound = APIVersion.bound(inRefusal: error.engineMessage) else { return false }
        guard bound != tried, (APIVersion.oldest...APIVersion.newest).contains(bound) else { return false }
        agreed.withLock { $0 = bound }
        return true
    }
}
