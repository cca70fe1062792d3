/// A service moved from one phase to another.
public struct StateChanged: EventBody {
    public static let type = "service.state_changed"
    public var from: ServicePhase
    public var to: ServicePhase
    public var trigger: ServiceEvent
    public var cause: String?
    public var containerID: String?
    /// For `failed`: everything that is known of why.
    public var failure: Failure?
    /// For `blocked`: the chain from what failed to this service's direct dependency.
    public var because: [String]?
    /// For `failed`, where it did not come to a container: what that would have been made from, keys that nobody has written as
    /// they stand in the definition.
    public var spec: SpecSummary?

    enum CodingKeys: String, CodingKey {
        case from, to, cause, failure, because, spec
        case trigger = "event"
        case containerID = "container_id"
    }

    public init(
        from: ServicePhase, to: ServicePhase, event: ServiceEvent, cause: String? = nil, containerID: String? = nil,
        failure: Failure? = nil, because: [String]? = nil, spec: SpecSummary? = nil
    ) {
        self.spec = spec
        self.from = from
        self.to = to
        self.trigger = event
        self.cause = cause
        self.containerID = containerID
        self.failure = failure
        self.because = because
    }
    public var event: Event { .stateChanged(self) }
}

/// A found container differs from its definition.
public struct DivergenceFound: EventBody {
    public static let type = "divergence.found"
    public var containerID: String
    public var differences: [Difference]

    enum CodingKeys: String, CodingKey {
        case differences
        case containerID = "container_id"
    }

    public init(containerID: String, differences: [Difference]) {
        self.containerID = containerID
        self.differences = differences
    }
    public var event: Event { .divergenceFound(self) }
}

/// A container's process ended.
public struct ContainerExited: EventBody {
    public static let type = "container.exited"
    public var containerID: String
    public var exitCode: Int?
    public var oomKilled: Bool
    /// The engine's own error, e.g. of a bad entrypoint.
    public var error: String?
    /// Output of the last health checks, oldest first.
    public var health: [String]
    public var running: Bool

    enum CodingKeys: String, CodingKey {
        case error, health, running
        case containerID = "container_id"
        case exitCode = "exit_code"
        case oomKilled = "oom_killed"
    }

    public init(containerID: String, exitCode: Int?, oomKilled: Bool, error: String?, health: [String], running: Bool = false) {
        self.containerID = containerID
        self.exitCode = exitCode
        self.oomKilled = oomKilled
        self.error = error
        self.health = health
        self.running = running
    }
    public var event: Event { .containerExited(self) }
}

/// The last log lines of a container, taken before it is removed.
public struct LogsCaptured: EventBody {
    public static let type = "logs.captured"
    public var containerID: String
    public var lines: [String]
    /// Bytes that did not fit.
    public var truncatedBytes: Int

    enum CodingKeys: String, CodingKey {
        case lines
        case containerID = "container_id"
        case truncatedBytes = "truncated_bytes"
    }

    public init(containerID: String, lines: [String], truncatedBytes: Int = 0) {
        self.containerID = containerID
        self.lines = lines
        self.truncatedBytes = truncatedBytes
    }
    public var event: Event { .logsCaptured(self) }
}

/// A service's container goes, or went, and what it kept in volumes without a name stays for the next one.
public struct VolumesKept: EventBody {
    public static let type = "volumes.kept"
    /// The volumes' names, by where they are mounted; none when they are gone, too.
    public var volumes: [String: String]

    public init(volumes: [String: String]) { self.volumes = volumes }
    public var event: Event { .volumesKept(self) }
}
