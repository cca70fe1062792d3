import Ledger
import Reconciler

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
