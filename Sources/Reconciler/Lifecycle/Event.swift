/// One thing that happened, as the ledger keeps it: past tense, typed, with a chosen name that outlives the code.
public enum Event: Sendable, Equatable {
    case runStarted(RunStarted)
    case engineReached(EngineReached)
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
        case .engineReached(let body): body
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
