/// An event that is not in the ledger yet.
public struct EventDraft: Sendable, Equatable {
    /// The run it belongs to, 1 or more. A recovery that closes a crashed run names the crashed one.
    public var run: Int
    /// The service it is about, if it is about one.
    public var service: String?
    /// A chosen name in the past tense such as `run.started`; never empty.
    public var type: String
    /// The version of the body's shape, 1 or more.
    public var version: Int
    /// Canonical JSON text, stored byte for byte.
    public var body: String
    /// The operation that an intent and its outcome share.
    public var operation: String?
    /// The wall clock as RFC 3339 in UTC with nanoseconds; shown, never used for order.
    public var at: String
    /// The monotonic clock in nanoseconds; comparable within one run.
    public var monoNs: Int64

    public init(
        run: Int, service: String? = nil, type: String, version: Int = 1, body: String, operation: String? = nil,
        at: String, monoNs: Int64
    ) {
        self.run = run
        self.service = service
        self.type = type
        self.version = version
        self.body = body
        self.operation = operation
        self.at = at
        self.monoNs = monoNs
    }
}
