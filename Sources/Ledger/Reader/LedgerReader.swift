import Synchronization

/// Reads a ledger, beside its writer or without one: it takes no lock, waits for nobody and writes nothing.
///
/// Safe to use from any task or thread; a read blocks for as long as the disk takes. What it sees is always a prefix
/// of the log.
public final class LedgerReader: Sendable {
    public let path: String

    let upcaster: Upcaster
    private let checksHead: Bool
    private let session: Mutex<ReadSession?>

    /// How many events a walk through the ledger keeps in memory.
    private static let pageSize = 256

    /// Opens the group's ledger.
    ///
    /// - Throws: `LedgerError`: `.missing` when there is none yet, or what is wrong with the file.
    /// - parameter checksHead: whether a ledger that has lost its newest events is refused; `false` is for those who want to
    ///   know what is left of it.
    public convenience init(
        directory: String, path: String? = nil, upcaster: Upcaster = Upcaster(), checksHead: Bool = true
    ) throws(LedgerError) {
        try self.init(path: LedgerLocation(directory: directory, path: path).path, upcaster: upcaster, checksHead: checksHead)
    }

    init(path: String, upcaster: Upcaster, checksHead: Bool = true) throws(LedgerError) {
        self.path = path
        self.upcaster = upcaster
        self.checksHead = checksHead
        session = Mutex(try ReadSession(path: path, checksHead: checksHead))
    }

    /// Closes the connection; reading afterwards is an error with `.closed`.
    public func close() {
        session.withLock { $0 = nil }
    }

    /// Runs `body` with the connection, again when a writer came in between (see `ReadSession`).
    func read<Output: Sendable>(
        _ body: (Connection) throws(LedgerError) -> Output
    ) throws(LedgerError) -> Output {
        try readSession { (session) throws(LedgerError) in try body(session.connection) }
    }

    func readSession<Output: Sendable>(
        _ body: (ReadSession) throws(LedgerError) -> Output
    ) throws(LedgerError) -> Output {
        try session.withLock { (session) throws(LedgerError) in
            while true {
                guard let current = session else {
                    throw LedgerError(.closed, "the ledger at \(path) has been closed.")
                }
                let outcome: Result<Output, LedgerError>
                do throws(LedgerError) {
                    outcome = .success(try body(current))
                } catch {
                    outcome = .failure(error)
                }
                if current.isCurrent() { return try outcome.get() }
                session = try ReadSession(path: path, checksHead: checksHead)
            }
        }
    }
}

// MARK: - Events

extension LedgerReader {
    /// The events that match all of what is given, oldest first.
    ///
    /// - parameter types: only these types; `nil` for all, and none at all for an empty list.
    /// - parameter operation: only the intent and outcome of this operation.
    /// - parameter seq: only events after this one.
    /// - parameter newestFirst: the highest seq first, with `limit` counting from there.
    public func events(
        run: Int? = nil, service: String? = nil, types: [String]? = nil, operation: String? = nil, after seq: Int = 0,
        limit: Int? = nil, newestFirst: Bool = false
    ) throws(LedgerError) -> [RecordedEvent] {
        try page(
            EventQuery(
                run: run, service: service, types: types, operation: operation, after: seq, limit: limit,
                newestFirst: newestFirst))
    }

    /// Walks through the events with bounded memory; `body` ends the walk by throwing.
    ///
    /// No transaction is open while `body` runs, so it may take its time: a pager does not hinder the writer.
    public func forEach(
        run: Int? = nil, service: String? = nil, types: [String]? = nil, after seq: Int = 0, newestFirst: Bool = false,
        _ body: (RecordedEvent) throws -> Void
    ) throws {
        var query = EventQuery(
            run: run, service: service, types: types, after: seq, limit: Self.pageSize, newestFirst: newestFirst)
        while true {
            let page = try page(query)
            for event in page {
                try body(event)
            }
            guard page.count == Self.pageSize, let last = page.last else { return }
            if newestFirst {
                query.before = last.seq
            } else {
                query.after = last.seq
            }
        }
    }

    /// The newest event's place and hash; `nil` when there is none.
    public func head() throws(LedgerError) -> ChainHead? {
        try read { (connection) throws(LedgerError) in try connection.head() }
    }

    private func page(_ query: EventQuery) throws(LedgerError) -> [RecordedEvent] {
        var events = try read { (connection) throws(LedgerError) in try connection.events(query) }
        for index in events.indices { events[index] = try genuine(events[index]) }
        return events
    }

    /// The event in its newest shape, if it is what was written: a row that was changed is not handed out for one.
    ///
    /// That no row is missing, and none was hashed anew, only `verify` and `verifyChain` tell.
    /// - Throws: `LedgerError` with `.chainBroken`.
    func genuine(_ event: RecordedEvent) throws(LedgerError) -> RecordedEvent {
        guard event.hash == EventHash.compute(event.draft, seq: event.seq, previousHash: event.previousHash) else {
            throw LedgerError(chainBrokenAt: event.seq, path: path)
        }
        return try upcaster.apply(event)
    }
}
