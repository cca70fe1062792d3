/// What the events say of a group: the fold that is the same live, in replay and in recovery.
public struct GroupState: Sendable, Equatable {
    public private(set) var services: [String: ServiceRecord] = [:]
    public private(set) var context = ContextValues()
    /// Steps that were meant and whose outcome is not in the ledger, by operation.
    public private(set) var openIntents: [String: OpenIntent] = [:]
    /// Runs without an end.
    public private(set) var openRuns: Set<Int> = []
    public private(set) var newestRun = 0
    /// The members of the group as the newest start or reload knew them.
    public private(set) var members: [RunStarted.Member] = []
    /// The network of the newest start or reload.
    public private(set) var network: String?

    public init() {}

    public init(folding facts: some Sequence<RecordedFact>) throws(IllegalHistory) {
        for fact in facts { try apply(fact) }
    }

    public subscript(service: String) -> ServiceRecord { services[service] ?? ServiceRecord() }

    /// Adds one event.
    /// - Throws: `IllegalHistory` when a service could not have made the transition; the state is then unchanged.
    public mutating func apply(_ fact: RecordedFact) throws(IllegalHistory) {
        switch fact.event {
        case .runStarted(let body):
            newestRun = max(newestRun, fact.run)
            openRuns.insert(fact.run)
            if body.command == "start" || body.command == "reload" {
                members = body.services
                network = body.network
            }
        case .runFinished:
            openRuns.remove(fact.run)
        case .stateChanged(let body):
            guard let service = fact.service else { return }
            do {
                try services[service, default: ServiceRecord()].apply(body)
            } catch { throw IllegalHistory(seq: fact.seq, service: service, transition: error) }
        case .stepIntended(let body):
            if let operation = fact.operation {
                openIntents[operation] = OpenIntent(operation: operation, run: fact.run, service: fact.service, intent: body)
            }
            if body.step == .createContainer, let service = fact.service, let spec = body.spec {
                services[service, default: ServiceRecord()].spec = spec
            }
        case .stepSucceeded(let body):
            if let operation = fact.operation { openIntents[operation] = nil }
            if let service = fact.service {
                services[service, default: ServiceRecord()].note(body)
            }
        case .stepFailed:
            if let operation = fact.operation { openIntents[operation] = nil }
        case .contextWritten(let body):
            context.values[body.key] = body.value
            if body.secret { context.secretKeys.insert(body.key) } else { context.secretKeys.remove(body.key) }
        case .contextCleared:
            context = ContextValues()
        case .stepUnknown, .hookStarted, .hookFinished, .pingChanged, .divergenceFound, .containerExited, .logsCaptured, .noteTaken:
            break
        }
    }
}

/// What is remembered of one service.
public struct ServiceRecord: Sendable, Equatable {
    public var phase: ServicePhase = .absent
    public var containerID: String?
    /// What is still to be done for each container that was made and not removed; one that is not here owes nothing.
    public private(set) var debts: [String: ContainerDebt] = [:]
    /// What its newest container was made from.
    public var spec: SpecSummary?
    public var failure: Failure?

    public init() {}

    public var secretKeys: Set<String> { Set(spec?.secretKeys ?? []) }

    mutating func apply(_ change: StateChanged) throws(IllegalTransition) {
        let next = try phase.after(change.trigger)
        guard next == change.to, phase == change.from else { throw IllegalTransition(phase: phase, event: change.trigger) }
        phase = next
        if let id = change.containerID { containerID = id }
        switch change.trigger {
        case .containerCreated:
            if let containerID { debts[containerID] = ContainerDebt(firstStart: true, ping: true, postStart: true) }
        case .startBegan: owe { $0.ping = true }
        case .containerStarted: owe { $0.firstStart = false }
        case .pingSucceeded, .postStartBegan: owe { $0.ping = false }
        case .postStartFinished: owe { $0.postStart = false }
        case .containerRemoved, .foundAbsent:
            if let containerID { debts[containerID] = nil }
            containerID = nil
        case .failed: failure = change.failure
        default: break
        }
        if phase == .running { failure = nil }
    }

    private mutating func owe(_ change: (inout ContainerDebt) -> Void) {
        guard let containerID else { return }
        change(&debts[containerID, default: ContainerDebt()])
        if debts[containerID] == ContainerDebt() { debts[containerID] = nil }
    }

    /// What a container still owes.
    public func debt(of container: String?) -> ContainerDebt { container.flatMap { debts[$0] } ?? ContainerDebt() }

    /// A removal ends what the container owed, and what it was to the service.
    mutating func note(_ outcome: StepSucceeded) {
        guard outcome.step == .removeContainer, let id = outcome.result else { return }
        debts[id] = nil
        if id == containerID { containerID = nil }
    }
}

/// What a container that exists has still to go through.
public struct ContainerDebt: Sendable, Equatable {
    /// Its `preStart` and first start.
    public var firstStart = false
    /// Started, and not yet found ready.
    public var ping = false
    /// Its `postStart` has not succeeded.
    public var postStart = false

    public init(firstStart: Bool = false, ping: Bool = false, postStart: Bool = false) {
        self.firstStart = firstStart
        self.ping = ping
        self.postStart = postStart
    }
}

/// A step that was meant and has no outcome yet.
public struct OpenIntent: Sendable, Equatable {
    public let operation: String
    public let run: Int
    public let service: String?
    public let intent: StepIntended
}

/// The ledger tells of something that can't have happened.
public struct IllegalHistory: Error, Sendable, Equatable, CustomStringConvertible {
    public let seq: Int
    public let service: String
    public let transition: IllegalTransition

    public var description: String { "event \(seq) of service \"\(service)\": \(transition)" }
}
