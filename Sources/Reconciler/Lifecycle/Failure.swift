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

extension FailurePhase {
    /// There is no new container yet: an old one that runs is none that failed.
    public var isBeforeContainer: Bool {
        switch self {
        case .pull, .build, .create, .preStart: true
        case .start, .ping, .postStart: false
        }
    }
}
