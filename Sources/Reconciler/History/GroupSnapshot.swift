/// A group as it was at one event of its history: the fold of everything up to it.
public struct GroupSnapshot: Sendable, Equatable {
    /// The newest event that is part of it.
    public var event: RecordedFact
    public var state: GroupState
    /// In the order of the definition of then, after them those that were no longer in it.
    public var services: [String]

    /// - Parameter event: the newest of those that were folded.
    public init(_ state: GroupState, at event: RecordedFact) {
        self.event = event
        self.state = state
        let members = state.members.map(\.name)
        services = members + state.services.keys.filter { !members.contains($0) }.sorted()
    }

    /// Engine calls that were meant and had no outcome yet, oldest run first.
    public var openSteps: [OpenIntent] { state.openIntents.values.sorted { ($0.run, $0.operation) < ($1.run, $1.operation) } }
}

extension ServiceRecord {
    /// What its container still needs before the service counts as running.
    public var owed: [StepKind] {
        let debt = debt(of: containerID)
        return (debt.firstStart ? [.startContainer] : []) + (debt.ping ? [.ping] : []) + (debt.postStart ? [.postStart] : [])
    }
}
