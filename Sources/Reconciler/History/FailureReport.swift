/// One service's failure with everything the ledger knows of it.
public struct FailureReport: Sendable, Equatable {
    /// Empty when the run as a whole failed, before any service's turn.
    public var service: String
    public var failure: Failure
    /// The last log lines of its container.
    public var logTail: [String]
    /// Bytes of the log that were cut: of lines too long to keep, and of lines before those that are kept.
    public var logBytesCut: Int
    /// What its process's end says: exit code, signal, memory; or why the engine refused.
    public var because: String
    /// What to do.
    public var hint: String
    /// How the ping's answer changed, oldest first.
    public var pings: [PingAnswer]
    /// Output of the last health checks.
    public var health: [String]
    /// What is defined otherwise than when the service last ran.
    public var changes: [SpecChange]
    /// The last run before this one in which the service ran.
    public var lastWorkingRun: Int?
    public var containerID: String?
    /// Where the service is defined, e.g. `Miniboss.swift:24`.
    public var origin: String?
    /// The Swift type that defines it, e.g. `Application`.
    public var typeName: String

    /// A ping's answer that differed from the one before.
    public struct PingAnswer: Sendable, Equatable {
        public var attempt: Int
        /// Since the run's start.
        public var seconds: Double
        public var words: String
    }

    init(
        _ service: String, _ failure: Failure, at fact: RecordedFact, in facts: [RecordedFact], start: RunStarted,
        lastWorking: WorkingSpecs
    ) {
        self.service = service
        self.failure = failure
        logTail = []
        logBytesCut = 0
        pings = []
        health = []
        let member = start.services.first { $0.name == service }
        origin = member?.origin
        typeName = member?.typeName ?? ""
        let first = facts.runStart?.fact ?? fact
        var spec: SpecSummary?
        var exit: ContainerExited?
        var hookSeconds: Double?
        var wasSilent = false
        var isLogUnread = false
        for own in facts where own.service == service {
            switch own.event {
            case .pingChanged(let ping):
                pings.append(
                    PingAnswer(
                        attempt: ping.attempt, seconds: own.seconds(since: first), words: ping.succeeded ? "true" : ping.error ?? "false"))
            case .stepIntended(let step) where [.createContainer, .startContainer].contains(step.step):
                // A new story begins here: what the container before it said, or this one when it last ran, is no evidence.
                exit = nil
                logTail = []
                health = []
                guard step.step == .createContainer else { continue }
                spec = step.spec
                pings = []
            case .containerExited(let body):
                exit = body
                containerID = body.containerID
                if !body.health.isEmpty { health = body.health }
            case .logsCaptured(let logs):
                logTail = logs.lines
                wasSilent = logs.lines.isEmpty && logs.truncatedBytes == 0
                logBytesCut = logs.truncatedBytes
                // A build's output is that of no container.
                if failure.phase != .build { containerID = logs.containerID }
            case .hookFinished(let hook) where hook.outcome == .threw: hookSeconds = hook.seconds
            case .noteTaken(let note) where note.text == NoteTaken.unreadLog(of: service): isLogUnread = true
            case .stateChanged(let change):
                containerID = change.containerID ?? containerID
                spec = change.spec ?? spec
            default: break
            }
        }
        // Started again: it is what an earlier run made.
        if spec == nil, let containerID { spec = lastWorking.made[containerID] }
        let working = lastWorking.byService[service]
        lastWorkingRun = working?.run
        changes = specChanges(from: working, to: spec, image: member?.image, definition: start.definition, failure: failure)
        because = failure.reason(exit: exit, hookSeconds: hookSeconds)
        hint = failure.hint(
            service: service, typeName: typeName, origin: origin, changes: changes, invocation: start.invocation,
            hasLog: !wasSilent)
        if isLogUnread { hint = (failure.failureClass == .exitedNonzero ? "" : hint + "; ") + NoteTaken.unreadLog(of: service) }
    }
}
