/// What is remembered of one service.
public struct ServiceRecord: Sendable, Equatable, Codable {
    public var phase: ServicePhase = .absent
    public var containerID: String?
    /// What is still to be done for each container that was made and not removed; one that is not here owes nothing.
    public private(set) var debts: [String: ContainerDebt] = [:]
    /// What its newest container was made from.
    public var spec: SpecSummary? {
        didSet { formerSecretKeys.formUnion(oldValue?.secretKeys ?? []) }
    }
    /// Variables that were secret in what earlier containers were made from: one of those may be there still.
    private var formerSecretKeys: Set<String> = []
    public var failure: Failure?
    /// Volumes without a name that its last container left, by where they were mounted.
    public var keptVolumes: [String: String] = [:]

    public init() {}

    /// Variables that are secret, or were in a container of before.
    public var secretKeys: Set<String> { formerSecretKeys.union(spec?.secretKeys ?? []) }

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
