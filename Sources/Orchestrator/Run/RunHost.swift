import DockerClient
import Glibc
package import Ledger
package import Reconciler

/// What a run gets from the machine it is on; a simulation brings its own.
package struct RunHost: Sendable {
    /// The process that runs, as the system numbers it.
    package var pid: Int
    /// The engine the environment names.
    package var connect: @Sendable (_ environment: [String: String]) async throws(OperationError) -> EngineConnection
    /// Takes the group's lock and opens its ledger.
    package var openLedger: @Sendable (_ setting: RunSetting) throws(OperationError) -> any RunLedger
    /// Where runs show that they live without the lock.
    package var marks: @Sendable (_ setting: RunSetting) -> any RunMarks
    /// The group's key for fingerprints, made at its first use.
    package var fingerprintKey: @Sendable (_ setting: RunSetting) throws(OperationError) -> [UInt8]
    /// Where a hook runs; `nil` for wherever the run itself does.
    package var hookExecutor: @Sendable () -> (any TaskExecutor)?

    package init(
        pid: Int,
        connect: @escaping @Sendable (_ environment: [String: String]) async throws(OperationError) -> EngineConnection,
        openLedger: @escaping @Sendable (_ setting: RunSetting) throws(OperationError) -> any RunLedger,
        marks: @escaping @Sendable (_ setting: RunSetting) -> any RunMarks,
        fingerprintKey: @escaping @Sendable (_ setting: RunSetting) throws(OperationError) -> [UInt8],
        hookExecutor: @escaping @Sendable () -> (any TaskExecutor)?
    ) {
        self.pid = pid
        self.connect = connect
        self.openLedger = openLedger
        self.marks = marks
        self.fingerprintKey = fingerprintKey
        self.hookExecutor = hookExecutor
    }

    /// The real ones: the Docker Engine, SQLite, the group's directory, a thread for each hook.
    package static let system = RunHost(
        pid: Int(getpid()),
        connect: { (environment) throws(OperationError) in try await connectEngine(environment) },
        openLedger: { (setting) throws(OperationError) in try openGroupLedger(setting) },
        marks: { $0.ledgerLocation },
        fingerprintKey: { (setting) throws(OperationError) in try Orchestrator.fingerprintKey(setting)
        },
        hookExecutor: { HookThread() })
}

/// An engine, and which one it is.
package struct EngineConnection: Sendable {
    package var engine: any ContainerEngine
    package var identity: EngineIdentity
    /// Where it answers, for people.
    package var host: String

    package init(engine: any ContainerEngine, identity: EngineIdentity, host: String) {
        self.engine = engine
        self.identity = identity
        self.host = host
    }

    /// It answered, and now it does not, or refuses.
    func lost(_ error: DockerError) -> OperationError {
        guard error.status != nil else { return OperationError(unreachable: error, host: host) }
        return OperationError(.failed, error.description, next: "`miniboss doctor` looks at the engine.")
    }
}

/// The ledger as one run needs it. Whoever holds it holds the group's lock.
package protocol RunLedger: Sendable {
    /// Everything earlier runs left.
    func foldedState() throws(OperationError) -> GroupState
    func nextRunNumber() throws(LedgerError) -> Int
    /// Appends all or none, in the order of the calls; `completion` is called once, when they are durable or have failed.
    /// - Parameter isPressing: whether somebody waits for it; else it may become durable with what follows.
    func submit(_ drafts: [EventDraft], isPressing: Bool, completion: @escaping @Sendable (Result<[RecordedEvent], LedgerError>) -> Void)
    /// Makes durable what has been handed over and waits, if possible on the calling thread, which may block.
    func help()
    func close()
}
