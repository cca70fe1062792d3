/// One call of the Engine API before it has an address.
struct EngineCall: Sendable {
    /// How long the engine may take.
    enum Patience: Sendable {
        /// The client's usual limit from start to end.
        case usual
        case total(Duration)
        /// The head must come within the usual limit, the body lasts as long as it likes.
        case head
        /// The engine never says nothing for so long; whole seconds. What it sends may last as long as it likes.
        case quiet(Duration)
        case none
    }

    /// What it counts for among the calls in flight.
    enum Load: Sendable {
        /// The engine answers as soon as it can.
        case short
        /// It waits for a container.
        case long
    }

    var method: String
    /// Encoded, without version: `/containers/create`.
    var path: String
    var query: [(String, String)] = []
    var headers: [(name: String, value: String)] = []
    var body = HTTPRequest.Body.none
    var patience = Patience.usual
    var load = Load.short
    var versioned = true

    var endpoint: String { method + " " + path }

    init(_ method: String, _ path: String) {
        self.method = method
        self.path = path
    }

    mutating func json(_ value: some Encodable) {
        body = .bytes(CanonicalJSON.encode(value))
        headers.append(("Content-Type", "application/json"))
    }

    /// `filters` as the engine takes them: `{"label":["a=b"]}`.
    mutating func filter(_ filters: [String: [String]]) {
        guard filters.contains(where: { !$0.value.isEmpty }) else { return }
        query.append(("filters", String(decoding: CanonicalJSON.encode(filters), as: UTF8.self)))
    }
}
