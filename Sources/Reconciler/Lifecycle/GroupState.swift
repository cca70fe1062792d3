/// What the events say of a group: the fold that is the same live, in replay and in recovery.
public struct GroupState: Sendable, Equatable, Codable {
    /// Grows when the fold comes to something else, or keeps it in another shape: what was folded before is then of no use.
    public static let foldVersion = 8

    public private(set) var services: [String: ServiceRecord] = [:]
    public private(set) var context = ContextValues()
    /// Steps that were meant and whose outcome is not in the ledger, by operation.
    public private(set) var openIntents: [String: OpenIntent] = [:]
    /// Runs without an end.
    public private(set) var openRuns: Set<Int> = []
    public private(set) var newestRun = 0
    /// The members of the group as the newest start or reload knew them, or what was still known of them when the ledger
    /// before this one was set aside.
    public private(set) var members: [RunStarted.Member] = []
    /// Those that left the group since and still have a container; also members that needed them, with what they needed.
    public private(set) var former: [RunStarted.Member] = []
    /// The network of the newest start or reload.
    public private(set) var network: String?
    /// The id of the engine on which the group was started or reloaded last.
    public private(set) var engineID: String?
    /// The signals that interrupted runs without an end.
    public private(set) var interruptions: [Int: String] = [:]
    /// The engines of the runs without an end, as far as they are known.
    private var engines: [Int: String] = [:]

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
            begin(fact.run, command: body.command, members: body.services, network: body.network, engineID: body.engineID)
        case .runInterrupted(let body): interrupt(fact.run, signal: body.signal)
        case .runFinished: end(fact.run)
        case .stateChanged(let body):
            guard let service = fact.service else { return }
            do { try move(service, body) } catch { throw IllegalHistory(seq: fact.seq, service: service, transition: error) }
        case .stepIntended(let body): intend(body, run: fact.run, service: fact.service, operation: fact.operation)
        case .stepSucceeded(let body): succeed(body, service: fact.service, operation: fact.operation)
        case .stepFailed: settle(fact.operation)
        case .contextWritten(let body): write(body)
        case .contextCleared: clearContext()
        case .volumesKept(let body):
            if let service = fact.service { services[service, default: ServiceRecord()].keptVolumes = body.volumes }
        case .ledgerSetAside(let body):
            members = body.services
            network = body.network
        case .stepUnknown, .hookStarted, .hookFinished, .pingChanged, .divergenceFound, .containerExited, .logsCaptured, .noteTaken:
            break
        }
    }
}

// MARK: - What events do, however they were read

extension GroupState {
    mutating func begin(_ run: Int, command: String, members: [RunStarted.Member], network: String, engineID: String?) {
        newestRun = max(newestRun, run)
        openRuns.insert(run)
        engines[run] = engineID
        guard command == "start" || command == "reload" else { return }
        former = former(besides: members)
        self.members = members
        self.network = network
        self.engineID = engineID ?? self.engineID
    }

    mutating func interrupt(_ run: Int, signal: String) {
        if openRuns.contains(run) { interruptions[run] = signal }
    }

    mutating func end(_ run: Int) {
        openRuns.remove(run)
        interruptions[run] = nil
        engines[run] = nil
    }

    mutating func move(_ service: String, _ change: StateChanged) throws(IllegalTransition) {
        // A refused change must not leave an empty record behind.
        var record = self[service]
        try record.apply(change)
        services[service] = record
    }

    mutating func intend(_ intent: StepIntended, run: Int, service: String?, operation: String?) {
        if let operation {
            openIntents[operation] = OpenIntent(
                operation: operation, run: run, service: service, intent: intent, engineID: engines[run])
        }
        if intent.step == .createContainer, let service, let spec = intent.spec {
            services[service, default: ServiceRecord()].spec = spec
        }
    }

    mutating func succeed(_ outcome: StepSucceeded, service: String?, operation: String?) {
        settle(operation)
        if let service { services[service, default: ServiceRecord()].note(outcome) }
    }

    mutating func settle(_ operation: String?) {
        if let operation { openIntents[operation] = nil }
    }

    mutating func write(_ written: ContextWritten) {
        context.values[written.key] = written.value
        if written.secret { context.secretKeys.insert(written.key) } else { context.secretKeys.remove(written.key) }
    }

    mutating func clearContext() { context = ContextValues() }
}

/// What is remembered of one service.
public struct ServiceRecord: Sendable, Equatable, Codable {
    public var phase: ServicePhase = .absent
    public var containerID: String?
    /// What is still to be done for each container that was made and not removed; one that is not here owes nothing.
    public private(set) var debts: [String: ContainerDebt] = [:]
    /// What its newest container was made from.
    public var spec: SpecSummary?
    public var failure: Failure?
    /// Volumes without a name that its last container left, by where they were mounted.
    public var keptVolumes: [String: String] = [:]

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

    /// A container that was made owes everything, also when only a later run found out that it was; one that was removed
    /// owes nothing any more.
    mutating func note(_ outcome: StepSucceeded) {
        guard let id = outcome.result else { return }
        switch outcome.step {
        case .createContainer: debts[id] = ContainerDebt(firstStart: true, ping: true, postStart: true)
        case .removeContainer:
            debts[id] = nil
            if id == containerID { containerID = nil }
        default: break
        }
    }
}

/// What a container that exists has still to go through.
public struct ContainerDebt: Sendable, Equatable, Codable {
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
public struct OpenIntent: Sendable, Equatable, Codable {
    public let operation: String
    public let run: Int
    public let service: String?
    public let intent: StepIntended
    /// The engine that was asked, as far as it is known.
    public let engineID: String?
}

/// The ledger tells of something that can't have happened.
public struct IllegalHistory: Error, Sendable, Equatable, CustomStringConvertible {
    public let seq: Int
    public let service: String
    public let transition: IllegalTransition

    public var description: String { "event \(seq) of service \"\(service)\": \(transition)" }
}
