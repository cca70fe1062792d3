/// Every event type there is, by stored name.
public enum EventCatalog {
    public static let bodies: [any EventBody.Type] = [
        RunStarted.self, EngineReached.self, RunInterrupted.self, RunFinished.self, StateChanged.self, StepIntended.self,
        StepSucceeded.self,
        StepFailed.self, StepUnknown.self, HookStarted.self, HookFinished.self, PingChanged.self, ContextWritten.self, ContextCleared.self,
        DivergenceFound.self, ContainerExited.self, LogsCaptured.self, VolumesKept.self, NoteTaken.self, LedgerSetAside.self,
    ]

    /// The body type stored under `name`; `nil` for one this version does not know.
    public static func body(named name: String) -> (any EventBody.Type)? { byName[name] }

    private static let byName: [String: any EventBody.Type] = Dictionary(
        bodies.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
}
