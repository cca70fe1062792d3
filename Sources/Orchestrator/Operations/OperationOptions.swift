/// What a start is asked for.
public struct StartOptions: Sendable {
    public var exclude: [String]
    /// Only these services and what they depend on; empty for all.
    public var only: [String]
    public var network: String?
    /// Seconds for each hook, and for a service to be found ready.
    public var timeout: Double
    public var keepFailed: Bool

    public init(exclude: [String] = [], only: [String] = [], network: String? = nil, timeout: Double = 300, keepFailed: Bool = false) {
        self.exclude = exclude
        self.only = only
        self.network = network
        self.timeout = timeout
        self.keepFailed = keepFailed
    }
}

/// What a stop is asked for.
public struct StopOptions: Sendable {
    public var exclude: [String]
    public var remove: Bool
    public var network: String?
    /// Seconds a container has to end by itself before it is killed.
    public var timeout: Double

    public init(exclude: [String] = [], remove: Bool = false, network: String? = nil, timeout: Double = 50) {
        self.exclude = exclude
        self.remove = remove
        self.network = network
        self.timeout = timeout
    }
}

/// What a reload is asked for.
public struct ReloadOptions: Sendable {
    public var service: String
    public var network: String?
    /// Seconds a container has to end by itself before it is killed.
    public var timeout: Double
    /// Seconds for each hook, and for a service to be found ready.
    public var hookTimeout: Double
    /// Give the dependents new containers, too.
    public var remove: Bool
    public var withDependents: Bool

    public init(
        service: String, network: String? = nil, timeout: Double = 50, hookTimeout: Double = 300, remove: Bool = false,
        withDependents: Bool = true
    ) {
        self.service = service
        self.network = network
        self.timeout = timeout
        self.hookTimeout = hookTimeout
        self.remove = remove
        self.withDependents = withDependents
    }
}
