/// One row while it is being read: its bytes are SQLite's own, and gone when the visit returns.
public struct EventRow {
    fileprivate let row: Statement
    fileprivate let upcaster: Upcaster

    public var seq: Int { row.int(0) }
    public var run: Int { row.int(1) }
    /// The version of the body as it stands.
    public var version: Int { row.int(2) }
    public var type: UnsafeBufferPointer<UInt8> { row.utf8(3) }
    public var service: String? { row.optionalText(4) }
    public var operation: String? { row.optionalText(5) }
    public var body: UnsafeBufferPointer<UInt8> { row.utf8(6) }

    /// The event in its newest shape, without what no fold reads: when it was, and its hashes.
    /// - Throws: as `Upcaster.apply`.
    public func recorded() throws(LedgerError) -> RecordedEvent {
        try upcaster.apply(
            RecordedEvent(
                seq: seq, run: run, at: "", monoNs: 0, service: service, type: String(decoding: type, as: UTF8.self), version: version,
                body: String(decoding: body, as: UTF8.self), operation: operation, previousHash: nil, hash: []))
    }
}

extension LedgerReader {
    /// How many rows are visited between two looks at whether a writer came in between.
    private static let foldedAtOnce = 4_096

    /// Folds events, oldest first, without making values of them; memory is bounded by that of the state.
    ///
    /// - parameter seq: only events after this one.
    /// - parameter visit: gets the state and a row; rows are visited again, with the state they found, when a writer came
    ///   in between.
    /// - Returns: the seq of the last event.
    public func fold<State: Sendable>(
        into state: inout State, after seq: Int = 0, _ visit: (inout State, EventRow) throws -> Void
    ) throws -> Int {
        var last = seq
        while true {
            let page = try read { (connection) throws(LedgerError) in
                Result { try connection.fold(state, after: last, limit: Self.foldedAtOnce, upcaster, visit) }
            }.get()
            state = page.state
            last = page.last
            if page.count < Self.foldedAtOnce { return last }
        }
    }
}

extension Connection {
    fileprivate func fold<State: Sendable>(
        _ before: State, after seq: Int, limit: Int, _ upcaster: Upcaster, _ visit: (inout State, EventRow) throws -> Void
    ) throws -> (state: State, last: Int, count: Int) {
        let statement = try statement(
            "SELECT seq, run, version, type, service, operation, body FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2")
        defer { statement.reset() }
        try statement.bind(seq, at: 1)
        try statement.bind(limit, at: 2)
        var page = (state: before, last: seq, count: 0)
        while try statement.step() {
            try visit(&page.state, EventRow(row: statement, upcaster: upcaster))
            page.last = statement.int(0)
            page.count += 1
        }
        return page
    }
}
