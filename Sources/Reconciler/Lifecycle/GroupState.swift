/// What the events say of a group: the fold that is the same live, in replay and in recovery.
public struct GroupState: Sendable, Equatable, Codable {
    /// Grows when the fold comes to something else, or keeps it in another shape: what was folded before is then of no use.
    public static let foldVersion = 11

    public private(set) var services: [String: ServiceRecord] = [:]
    public private(set) var context = ContextValues()
    /// Texts of secrets that were in the context once: containers and their logs may still tell them.
    public private(set) var formerSecrets: [String] = []
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
    /// The name of the group, as the newest start or reload had it.
    public private(set) var group: String?
    /// The network of the newest start or reload.
    public private(set) var network: String?
    /// The id of the engine on which the group was started or reloaded last.
    public private(set) var engineID: String?
    /// The signals that interrupted runs without an end.
    public private(set) var interruptions: [Int: String] = [:]
    /// The engines of the runs without an end, as far as they are known.
    private var engines: [Int: String] = [:]
    /// The run that was the newest start or reload.
    private var newestStart = 0

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
            begin(
                fact.run, group: body.group, command: body.command, members: body.services, network: body.network, engineID: body.engineID)
        case .engineReached(let body): reach(body.engineID, in: fact.run)
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
        case .stepUnknown(let body): if body.resolved != nil { settle(fact.operation) }
        case .hookStarted, .hookFinished, .pingChanged, .divergenceFound, .containerExited, .logsCaptured, .noteTaken:
            break
        }
    }
}

// MARK: - What events do, however they were read

extension GroupState {
    mutating func begin(_ run: Int, group: String, command: String, members: [RunStarted.Member], network: String, engineID: String?) {
        newestRun = max(newestRun, run)
        openRuns.insert(run)
        engines[run] = engineID
        guard command == "start" || command == "reload" else { return }
        newestStart = run
        former = former(besides: members)
        self.group = group
        self.members = members
        self.network = network
        self.engineID = engineID ?? self.engineID
    }

    mutating func reach(_ engine: String, in run: Int) {
        engines[run] = engine
        if run == newestStart { engineID = engine }
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
        // In place: a copy of the record would copy what it holds with the first change.
        let isNew = services.index(forKey: service) == nil
        do { try services[service, default: ServiceRecord()].apply(change) } catch {
            // A refused change must not leave an empty record behind.
            if isNew { services[service] = nil }
            throw error
        }
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
        if context.secretKeys.contains(written.key), context.values[written.key] != written.value {
            remember(context.values[written.key]?.texts ?? [])
        }
        context.values[written.key] = written.value
        if written.secret { context.secretKeys.insert(written.key) } else { context.secretKeys.remove(written.key) }
    }

    mutating func clearContext() {
        remember(context.secretTexts)
        context = ContextValues()
    }

    private mutating func remember(_ secrets: [String]) {
        for text in secrets.sorted() where !formerSecrets.contains(text) { formerSecrets.append(text) }
    }
}
