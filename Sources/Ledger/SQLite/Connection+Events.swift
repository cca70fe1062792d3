extension Connection {
    /// The newest event's place and hash; `nil` when there is no event.
    ///
    /// - Throws: `LedgerError` with `.chainBroken` when that event has no hash of the right length.
    func head() throws(LedgerError) -> ChainHead? {
        let found = try rows("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1") {
            (row) throws(LedgerError) in (seq: row.int(0), hash: row.optionalBytes(1))
        }
        guard let newest = found.first else { return nil }
        guard let hash = newest.hash, hash.count == EventHash.byteCount else {
            throw LedgerError(chainBrokenAt: newest.seq, path: path)
        }
        return ChainHead(seq: newest.seq, hash: hash)
    }

    private static let insertion =
        "INSERT INTO events (\(EventQuery.columns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"

    /// Adds one row; the triggers refuse it when it is not the next link of the chain.
    func insert(_ event: RecordedEvent) throws(LedgerError) {
        let statement: Statement
        if let insertion {
            statement = insertion
        } else {
            statement = try self.statement(Self.insertion)
            insertion = statement
        }
        defer { statement.reset() }
        try statement.bind(event.seq, at: 1)
        try statement.bind(event.run, at: 2)
        try statement.bind(event.at, at: 3)
        try statement.bind(event.monoNs, at: 4)
        try statement.bind(event.service, at: 5)
        try statement.bind(event.type, at: 6)
        try statement.bind(event.version, at: 7)
        try statement.bind(event.body, at: 8)
        try statement.bind(event.operation, at: 9)
        try statement.bind(event.previousHash, at: 10)
        try statement.bind(event.hash, at: 11)
        _ = try statement.step()
    }

    /// The events that a query asks for, all in memory.
    func events(_ query: EventQuery) throws(LedgerError) -> [RecordedEvent] {
        try rows(query.sql, bind: query.bind) { (row) throws(LedgerError) in RecordedEvent(row) }
    }
}

extension RecordedEvent {
    /// Reads a row whose columns are `EventQuery.columns`.
    init(_ row: Statement) {
        self.init(
            seq: row.int(0), run: row.int(1), at: row.text(2), monoNs: row.int64(3), service: row.optionalText(4),
            type: row.text(5), version: row.int(6), body: row.text(7), operation: row.optionalText(8),
            previousHash: row.optionalBytes(9), hash: row.optionalBytes(10) ?? [])
    }
}
