/// A row of the view `runs`.
public struct RunRow: Sendable, Equatable {
    public let run: Int
    /// The command, such as `start`; `nil` when the run's first event did not say.
    public let command: String?
    /// The arguments as the text of a JSON array.
    public let arguments: String
    /// RFC 3339 in UTC.
    public let startedAt: String
    /// RFC 3339 in UTC; `nil` while the run has not ended.
    public let finishedAt: String?
    /// `succeeded`, `failed`, `interrupted`, `crashed`, or `running` while no end is recorded.
    public let outcome: String
    /// The digest of the definition file.
    public let definition: String?
    /// The engine the run worked with.
    public let engine: String?
}

/// A row of the view `service_states`: the newest state of one service.
public struct ServiceStateRow: Sendable, Equatable {
    public let service: String
    public let state: String
    /// The run in which the state was entered.
    public let run: Int
    /// The event that entered it.
    public let seq: Int
    /// RFC 3339 in UTC.
    public let at: String
    public let containerID: String?
    public let cause: String?
}
