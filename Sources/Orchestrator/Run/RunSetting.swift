import Ledger
public import Reconciler

/// What every operation needs to know of where it runs and for whom.
public struct RunSetting: Sendable {
    /// The command as typed, for the ledger: `start`.
    public var command: String
    public var arguments: [String]
    /// `nil` when there is no usable definition: the ledger then tells what the group is.
    public var definition: GroupDefinition?
    public var groupName: String
    /// `.miniboss/<group>`.
    public var directory: String
    /// The ledger's path when `MINIBOSS_LEDGER` overrides it.
    public var ledgerPath: String?
    public var environment: [String: String]
    public var observer: any RunObserver
    public var interruption: Interruption
    public var clock: RunClock
    package var host = RunHost.system

    public init(
        command: String, arguments: [String], definition: GroupDefinition?, groupName: String, directory: String, ledgerPath: String? = nil,
        environment: [String: String], observer: any RunObserver, interruption: Interruption = Interruption(), clock: RunClock = .system
    ) {
        self.command = command
        self.arguments = arguments
        self.definition = definition
        self.groupName = groupName
        self.directory = directory
        self.ledgerPath = ledgerPath
        self.environment = environment
        self.observer = observer
        self.interruption = interruption
        self.clock = clock
    }
}

extension RunSetting {
    var marks: any RunMarks { host.marks(self) }
    var ledgerLocation: LedgerLocation { LedgerLocation(directory: directory, path: ledgerPath) }
    /// Where the context is for other programs: beside the definition; without one, beside `.miniboss`.
    var contextPath: String? {
        guard let path = definition?.path ?? environment["MINIBOSS_DEFINITION"], let slash = path.lastIndex(of: "/") else {
            let group = "/.miniboss/\(groupName)"
            return directory.hasSuffix(group) ? directory.dropLast(group.count) + "/.miniboss-context" : nil
        }
        return "\(path[..<slash])/.miniboss-context"
    }
}

/// Sees a run as it happens.
public protocol RunObserver: Sendable {
    /// An event is durable.
    func recorded(_ fact: RecordedFact)
    /// Something passing that the ledger does not keep, e.g. the progress of a pull.
    func remark(service: String?, _ text: String)
}

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

/// How an operation ended.
public struct RunEnd: Sendable {
    public var run: Int
    public var outcome: RunOutcome
    /// The group was as asked for already.
    public var nothingToDo: Bool
    public var seconds: Double
    /// What this run recorded, in order.
    public var facts: [RecordedFact]
    /// The group as the ledger tells it now.
    public var state: GroupState

    public init(
        run: Int, outcome: RunOutcome, nothingToDo: Bool, seconds: Double, facts: [RecordedFact], state: GroupState = GroupState()
    ) {
        self.run = run
        self.outcome = outcome
        self.nothingToDo = nothingToDo
        self.seconds = seconds
        self.facts = facts
        self.state = state
    }
}
