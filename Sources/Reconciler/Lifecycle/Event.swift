/// One thing that happened, as the ledger keeps it: past tense, typed, with a chosen name that outlives the code.
public enum Event: Sendable, Equatable {
    case runStarted(RunStarted)
    case runInterrupted(RunInterrupted)
    case runFinished(RunFinished)
    case stateChanged(StateChanged)
    case stepIntended(StepIntended)
    case stepSucceeded(StepSucceeded)
    case stepFailed(StepFailed)
    case stepUnknown(StepUnknown)
    case hookStarted(HookStarted)
    case hookFinished(HookFinished)
    case pingChanged(PingChanged)
    case contextWritten(ContextWritten)
    case contextCleared(ContextCleared)
    case divergenceFound(DivergenceFound)
    case containerExited(ContainerExited)
    case logsCaptured(LogsCaptured)
    case volumesKept(VolumesKept)
    case noteTaken(NoteTaken)
    case ledgerSetAside(LedgerSetAside)

    /// The body behind the case.
    public var body: any EventBody {
        switch self {
        case .runStarted(let body): body
        case .runInterrupted(let body): body
        case .runFinished(let body): body
        case .stateChanged(let body): body
        case .stepIntended(let body): body
        case .stepSucceeded(let body): body
        case .stepFailed(let body): body
        case .stepUnknown(let body): body
        case .hookStarted(let body): body
        case .hookFinished(let body): body
        case .pingChanged(let body): body
        case .contextWritten(let body): body
        case .contextCleared(let body): body
        case .divergenceFound(let body): body
        case .containerExited(let body): body
        case .logsCaptured(let body): body
        case .volumesKept(let body): body
        case .noteTaken(let body): body
        case .ledgerSetAside(let body): body
        }
    }
}

/// The shape of one event type. JSON keys are part of the contract with readers of the ledger.
public protocol EventBody: Codable, Sendable, Equatable {
    /// The chosen, stored name.
    static var type: String { get }
    /// Grows when the shape changes; an upcaster then lifts old rows.
    static var version: Int { get }
    /// The same body as the case of `Event` that carries it.
    var event: Event { get }
}

extension EventBody {
    public static var version: Int { 1 }
}

/// Every event type there is, by stored name.
public enum EventCatalog {
    public static let bodies: [any EventBody.Type] = [
        RunStarted.self, RunInterrupted.self, RunFinished.self, StateChanged.self, StepIntended.self, StepSucceeded.self,
        StepFailed.self, StepUnknown.self, HookStarted.self, HookFinished.self, PingChanged.self, ContextWritten.self, ContextCleared.self,
        DivergenceFound.self, ContainerExited.self, LogsCaptured.self, VolumesKept.self, NoteTaken.self, LedgerSetAside.self,
    ]

    /// The body type stored under `name`; `nil` for one this version does not know.
    public static func body(named name: String) -> (any EventBody.Type)? { byName[name] }

    private static let byName: [String: any EventBody.Type] = Dictionary(
        bodies.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
}

/// An event in its place: where the ledger put it, and when.
public struct RecordedFact: Sendable, Equatable {
    public let seq: Int
    public let run: Int
    /// RFC 3339, UTC; shown only.
    public let at: String
    /// Monotonic nanoseconds; durations within one run come from here.
    public let monoNs: Int64
    public let service: String?
    public let operation: String?
    public let event: Event

    public init(seq: Int, run: Int, at: String, monoNs: Int64, service: String?, operation: String?, event: Event) {
        self.seq = seq
        self.run = run
        self.at = at
        self.monoNs = monoNs
        self.service = service
        self.operation = operation
        self.event = event
    }
}
