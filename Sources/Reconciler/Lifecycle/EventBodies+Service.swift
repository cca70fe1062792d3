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

    enum CodingKeys: String, CodingKey {
        case from, to, cause, failure, because
        case trigger = "event"
        case containerID = "container_id"
    }

    public init(
        from: ServicePhase, to: ServicePhase, event: ServiceEvent, cause: String? = nil, containerID: String? = nil,
        failure: Failure? = nil, because: [String]? = nil
    ) {
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

/// The classes a failure falls into; the names are part of the contract.
public enum FailureClass: String, Codable, Sendable, CaseIterable {
    case engineUnreachable = "engine_unreachable"
    case imageNotFound = "image_not_found"
    case pullDenied = "pull_denied"
    case buildFailed = "build_failed"
    case nameConflict = "name_conflict"
    case portInUse = "port_in_use"
    case mountMissing = "mount_missing"
    case badEntrypoint = "bad_entrypoint"
    case exitedZero = "exited_zero"
    case exitedNonzero = "exited_nonzero"
    case oomKilled = "oom_killed"
    case killedBySignal = "killed_by_signal"
    case pingTimeout = "ping_timeout"
    case unhealthy
    case hookThrew = "hook_threw"
    case hookTimedOut = "hook_timed_out"
    case contextMissing = "context_missing"
    case interrupted
    /// The engine refused for a reason of its own; its words are in the summary.
    case engineError = "engine_error"
}

/// The part of a start in which a failure happened; part of the contract.
public enum FailurePhase: String, Codable, Sendable, CaseIterable {
    case pull, build, create
    case preStart = "pre_start"
    case start, ping
    case postStart = "post_start"
}

/// Why a service failed, with the evidence taken before its container was removed.
public struct Failure: Codable, Sendable, Equatable, Error {
    public var failureClass: FailureClass
    public var phase: FailurePhase
    /// One sentence without the service's name: "exited with 1 after 0.9 s, while it was being pinged".
    public var summary: String
    public var exitCode: Int?
    public var oomKilled: Bool
    public var lastPingError: String?
    public var attempts: Int?
    /// Seconds from the service's first own step to the failure.
    public var seconds: Double
    /// Which host port, image, name, key or mount it was about.
    public var subject: String?
    /// Who holds the port or name, when known; of an image or the engine, what stands in the way.
    public var holder: String?

    enum CodingKeys: String, CodingKey {
        case phase, summary, attempts, seconds, subject, holder
        case failureClass = "class"
        case exitCode = "exit_code"
        case oomKilled = "oom_killed"
        case lastPingError = "last_ping_error"
    }

    public init(
        _ failureClass: FailureClass, phase: FailurePhase, summary: String, exitCode: Int? = nil, oomKilled: Bool = false,
        lastPingError: String? = nil, attempts: Int? = nil, seconds: Double = 0, subject: String? = nil, holder: String? = nil
    ) {
        self.failureClass = failureClass
        self.phase = phase
        self.summary = summary
        self.exitCode = exitCode
        self.oomKilled = oomKilled
        self.lastPingError = lastPingError
        self.attempts = attempts
        self.seconds = seconds
        self.subject = subject
        self.holder = holder
    }
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

/// One field that is not as defined; secrets are masked on both sides.
public struct Difference: Codable, Sendable, Equatable {
    /// `image`, `env.KEY`, `ports`, `volumes`, `entrypoint`, `cmd`, `user`, `stop_signal`, `network`.
    public var field: String
    public var desired: String?
    public var actual: String?

    public init(field: String, desired: String?, actual: String?) {
        self.field = field
        self.desired = desired
        self.actual = actual
    }

    /// In words: `env.MODE "one" → "two"`.
    public var words: String {
        switch (actual, desired) {
        case (nil, nil): field
        case (let actual?, nil): "\(field) \"\(actual)\" → unset"
        case (nil, let desired?): "\(field) unset → \"\(desired)\""
        case (let actual?, let desired?): "\(field) \"\(actual)\" → \"\(desired)\""
        }
    }
}

extension Failure {
    /// It failed before there was a new container: an old one that runs is none that failed.
    public var isBeforeItsContainer: Bool {
        switch phase {
        case .pull, .build, .create, .preStart: true
        case .start, .ping, .postStart: false
        }
    }
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
