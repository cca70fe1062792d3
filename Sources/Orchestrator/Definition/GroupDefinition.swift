public import Reconciler

/// A group as the user's program defines it: values for the reconciler, closures for the hooks.
public struct GroupDefinition: Sendable {
    public var spec: GroupSpec
    /// What reflection found wrong before lowering; checked together with `spec.problems()`.
    public var problems: [DefinitionProblem]
    public var hooks: [String: ServiceHooks]
    public var groupHooks: GroupHooks
    /// Absolute path of the definition file; `nil` for an executable target of the user's own package.
    public var path: String?
    /// Hash of the definition's bytes, as the launcher computed it.
    public var hash: String?
    /// Where each service's type stands, e.g. `Miniboss.swift:24`, by its name.
    public var places: [String: String]

    public init(
        spec: GroupSpec, problems: [DefinitionProblem] = [], hooks: [String: ServiceHooks] = [:], groupHooks: GroupHooks = GroupHooks(),
        path: String? = nil, hash: String? = nil, places: [String: String] = [:]
    ) {
        self.spec = spec
        self.problems = problems
        self.hooks = hooks
        self.groupHooks = groupHooks
        self.path = path
        self.hash = hash
        self.places = places
    }

    /// The services whose ping may do more than try their readiness.
    var ownPings: Set<String> { Set(hooks.filter { !$0.value.pingsByReadiness }.keys) }

    /// Where the type of a service stands.
    public func origin(of service: String) -> String? { spec[service].flatMap { places[$0.typeName] } }
}

/// The hooks of one service; `nil` for one that the definition has not written.
public struct ServiceHooks: Sendable {
    public var preStart: (@Sendable () async throws -> Void)?
    public var ping: @Sendable (ContainerAccess) async throws -> Bool
    /// Whether `ping` does nothing but try the service's readiness.
    public var pingsByReadiness: Bool
    public var postStart: (@Sendable (ContainerAccess) async throws -> Void)?
    public var preStop: (@Sendable (ContainerAccess) async throws -> Void)?

    public init(
        preStart: (@Sendable () async throws -> Void)? = nil,
        ping: @escaping @Sendable (ContainerAccess) async throws -> Bool = { _ in true }, pingsByReadiness: Bool = false,
        postStart: (@Sendable (ContainerAccess) async throws -> Void)? = nil,
        preStop: (@Sendable (ContainerAccess) async throws -> Void)? = nil
    ) {
        self.preStart = preStart
        self.ping = ping
        self.pingsByReadiness = pingsByReadiness
        self.postStart = postStart
        self.preStop = preStop
    }
}

/// The hooks of the group, called with the names of the services concerned; `nil` for one that the definition has not written.
public struct GroupHooks: Sendable {
    public var onStartServices: (@Sendable ([String]) async throws -> Void)?
    public var onStopServices: (@Sendable ([String]) async throws -> Void)?
    public var onReloadService: (@Sendable (String) async throws -> Void)?

    public init(
        onStartServices: (@Sendable ([String]) async throws -> Void)? = nil,
        onStopServices: (@Sendable ([String]) async throws -> Void)? = nil,
        onReloadService: (@Sendable (String) async throws -> Void)? = nil
    ) {
        self.onStartServices = onStartServices
        self.onStopServices = onStopServices
        self.onReloadService = onReloadService
    }
}
