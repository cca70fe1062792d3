/// A step that was meant and has no outcome yet.
public struct OpenIntent: Sendable, Equatable, Codable {
    public let operation: String
    public let run: Int
    public let service: String?
    public let intent: StepIntended
    /// The engine that was asked, as far as it is known.
    public let engineID: String?
}

extension GroupState {
    /// What runs that were killed had begun on an engine, in order: nobody is at work on it any more, and that engine can tell.
    /// - Parameter atWork: the runs that live.
    public func orphanedIntents(on engineID: String, atWork: Set<Int>) -> [OpenIntent] {
        openIntents.values.filter { !atWork.contains($0.run) && $0.engineID ?? engineID == engineID }
            .sorted { ($0.run, $0.operation) < ($1.run, $1.operation) }
    }
}
