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
