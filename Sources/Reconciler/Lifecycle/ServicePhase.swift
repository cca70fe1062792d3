/// Where a service stands. The raw values are stored in the ledger and never change.
public enum ServicePhase: String, Sendable, Codable, CaseIterable {
    /// Nothing is known, or its container was removed. Next: waiting, found, excluded, blocked, stopping.
    case absent
    /// Planned in this run; nothing of it is under way. Next: pulling, building, preparing, creating, starting, blocked.
    case waiting
    case pulling
    case building
    /// `preStart` is running.
    case preparing
    /// `preStart` is over.
    case prepared
    case creating
    /// A container exists and was not started yet.
    case created
    case starting
    case pinging
    /// `postStart` is running.
    case priming
    /// Pinged and post-started: dependents may start.
    case running
    case stopping
    case stopped
    case removing
    case failed
    /// Not started because a dependency failed.
    case blocked
    /// Left out by the user.
    case excluded
    /// Given up half-way because the user interrupted the run.
    case interrupted
}

/// What happened to a service; the only things that move it from one phase to another.
public enum ServiceEvent: String, Sendable, Codable, CaseIterable {
    case planned
    case foundRunning = "found_running"
    case foundStopped = "found_stopped"
    case foundAbsent = "found_absent"
    case pullBegan = "pull_began"
    case buildBegan = "build_began"
    case imageReady = "image_ready"
    case preStartBegan = "pre_start_began"
    case preStartFinished = "pre_start_finished"
    case createBegan = "create_began"
    case containerCreated = "container_created"
    case startBegan = "start_began"
    case containerStarted = "container_started"
    case pingSucceeded = "ping_succeeded"
    case postStartBegan = "post_start_began"
    case postStartFinished = "post_start_finished"
    case stopBegan = "stop_began"
    case containerStopped = "container_stopped"
    case removeBegan = "remove_began"
    case containerRemoved = "container_removed"
    case failed
    case blocked
    case excluded
    case interrupted

    /// A step on the way up took it there.
    public var isProgress: Bool {
        switch self {
        case .pullBegan, .buildBegan, .imageReady, .preStartBegan, .preStartFinished, .createBegan, .containerCreated, .startBegan,
            .containerStarted, .pingSucceeded, .postStartBegan, .postStartFinished:
            true
        case .planned, .foundRunning, .foundStopped, .foundAbsent, .stopBegan, .containerStopped, .removeBegan, .containerRemoved, .failed,
            .blocked, .excluded, .interrupted:
            false
        }
    }
}

/// A pair of phase and event that can't happen; recording it is refused.
public struct IllegalTransition: Error, Sendable, Equatable, CustomStringConvertible {
    public let phase: ServicePhase
    public let event: ServiceEvent

    public var description: String { "a service that is \(phase.rawValue) can't have \(event.rawValue)" }
}
