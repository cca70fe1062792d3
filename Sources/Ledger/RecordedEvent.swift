/// An event as it stands in the ledger: a row of the table `events`.
public struct RecordedEvent: Sendable, Equatable {
    /// The place in the log: 1, 2, 3 and so on without a gap.
    public let seq: Int
    public let run: Int
    /// RFC 3339 in UTC with nanoseconds; order is `seq`.
    public let at: String
    /// Monotonic nanoseconds, comparable within one run.
    public let monoNs: Int64
    public let service: String?
    public let type: String
    /// The version of `body`; higher than the stored one when an `Upcaster` has been at work.
    public let version: Int
    /// JSON text.
    public let body: String
    public let operation: String?
    /// The hash of `seq - 1`; `nil` for the first event.
    public let previousHash: [UInt8]?
    /// 32 bytes that chain this event to the one before (see `EventHash`).
    public let hash: [UInt8]

    public init(
        seq: Int, run: Int, at: String, monoNs: Int64, service: String?, type: String, version: Int, body: String,
        operation: String?, previousHash: [UInt8]?, hash: [UInt8]
    ) {
        self.seq = seq
        self.run = run
        self.at = at
        self.monoNs = monoNs
        self.service = service
        self.type = type
        self.version = version
        self.body = body
        self.operation = operation
        self.previousHash = previousHash
        self.hash = hash
    }
}

extension RecordedEvent {
    init(_ draft: EventDraft, seq: Int, previousHash: [UInt8]?) {
        self.init(
            seq: seq, run: draft.run, at: draft.at, monoNs: draft.monoNs, service: draft.service, type: draft.type,
            version: draft.version, body: draft.body, operation: draft.operation, previousHash: previousHash,
            hash: EventHash.compute(draft, seq: seq, previousHash: previousHash))
    }

    /// What the event was when it was appended.
    var draft: EventDraft {
        EventDraft(
            run: run, service: service, type: type, version: version, body: body, operation: operation, at: at,
            monoNs: monoNs)
    }
}
