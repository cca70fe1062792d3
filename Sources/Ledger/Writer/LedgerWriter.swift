/// The one writer of a group's ledger, from the moment it is opened until `close()` or the process's end.
///
/// Safe to use from any task or thread. What `append` has returned survives `kill -9` and, where the disk honours a
/// sync, the loss of power. After an error of the disk nothing more is written and every later append fails with the
/// same error: what is on the disk is then unknown until the ledger is opened anew.
public final class LedgerWriter: Sendable {
    public let location: LedgerLocation
    /// Reads what is durable, through a connection of its own; it ends with the writer.
    public let reader: LedgerReader

    let thread: WriterThread
    private let locks: Monitor<Locks?>

    private struct Locks: Sendable {
        let group: GroupLock
        let database: DatabaseLock?
    }

    private init(location: LedgerLocation, reader: LedgerReader, thread: WriterThread, locks: Locks) {
        self.location = location
        self.reader = reader
        self.thread = thread
        self.locks = Monitor(locks)
    }

    deinit {
        close()
    }

    /// Takes the group's lock and opens its ledger, which is made when there is none.
    ///
    /// - parameter directory: the group's directory, `.miniboss/<group>`; see `LedgerLocation`. What is missing is made, with mode 0700.
    /// - parameter path: the database, when it is not in the directory.
    /// - parameter holder: who we are, for the message that others get.
    /// - parameter patience: asked on the thread that writes after every two seconds for which another program has held the
    ///   file, with the seconds so far: whether to wait on. While it waits, nothing is lost and nothing is written.
    /// - Throws: `LedgerError`: `.busy` when another process has the lock, and everything that can be wrong with a
    ///   file. A ledger whose last run was killed is not an error: its tail is checked and it goes on.
    public static func open(
        directory: String, path: String? = nil, holder: LockHolder, upcaster: Upcaster = Upcaster(),
        patience: @escaping @Sendable (Int) -> Bool = { $0 < 10 }
    ) throws(LedgerError) -> LedgerWriter {
        let location = LedgerLocation(directory: directory, path: path)
        let group = try location.lock(holder)
        var database = try DatabaseLock(path: location.path)
        let thread = try WriterThread(CommitLog(Connection.openForWriting(location.path), patience: patience))
        let reader: LedgerReader
        do {
            reader = try LedgerReader(path: location.path, upcaster: upcaster)
        } catch {
            thread.close()
            throw error
        }
        // A new one could not be locked before it was there.
        if database == nil { database = try DatabaseLock(path: location.path) }
        return LedgerWriter(location: location, reader: reader, thread: thread, locks: Locks(group: group, database: database))
    }

    /// The newest durable event; `nil` in a new ledger.
    public var head: ChainHead? {
        thread.head
    }

    /// Settles the appends under way, makes the ledger one file again and releases the lock. May be called again.
    public func close() {
        reader.close()
        thread.close()
        locks.withLock { $0 = nil }
    }

    /// Runs `body` on the thread that writes, between two commits, and blocks until it is done.
    func perform<Output: Sendable>(
        _ body: @escaping @Sendable (CommitLog) throws(LedgerError) -> Output
    ) throws(LedgerError) -> Output {
        try thread.perform(body)
    }
}

// MARK: - Appending

extension LedgerWriter {
    /// Appends events, all or none, and returns them with their places when they are durable.
    ///
    /// Not cancelled with its task: once handed over, the events are settled either way.
    ///
    /// - Throws: `LedgerError`: `.rejected` when an event is not acceptable, `.locked` when another program held the
    ///   file for longer than the writer's patience (it may be tried again), `.closed`, or the disk's `.full`, `.io`,
    ///   `.corrupt`.
    public func append(_ drafts: [EventDraft]) async throws(LedgerError) -> [RecordedEvent] {
        guard !drafts.isEmpty else { return [] }
        return try await withCheckedContinuation { continuation in
            thread.append(drafts) { continuation.resume(returning: $0) }
        }.get()
    }

    /// Hands events over in the order of the calls and returns at once; `completion` is called once, on the
    /// thread that writes, or on this one before it returns when nothing is taken any more (closed, or failed for good).
    ///
    /// - parameter isPressing: whether somebody waits for it; else it may be held back for some milliseconds, to become durable
    ///   with what follows.
    ///
    /// For callers that fold events as they record them and need both to happen in one order: what is submitted follows
    /// from what was submitted before. So once a submission has failed, for whatever reason, every later one fails, too.
    public func submit(
        _ drafts: [EventDraft], isPressing: Bool = true,
        completion: @escaping @Sendable (Result<[RecordedEvent], LedgerError>) -> Void
    ) {
        thread.append(drafts, isSequel: true, isPressing: isPressing, answer: completion)
    }

    /// Makes durable what has been handed over and waits for nobody yet, on the calling thread where the writer is idle; for
    /// threads that may block, which wait for a submission of their own: it comes sooner than from another thread.
    public func help() { thread.help() }

    /// `append` for threads that may block; never for a task.
    public func appendBlocking(_ drafts: [EventDraft]) throws(LedgerError) -> [RecordedEvent] {
        guard !drafts.isEmpty else { return [] }
        return try thread.appendBlocking(drafts)
    }

    /// One more than the highest run in the ledger; the same again until an event of that run is appended.
    public func nextRunNumber() throws(LedgerError) -> Int {
        try thread.perform { (log) throws(LedgerError) in
            try log.connection.integer("SELECT max(run) FROM events") + 1
        }
    }

    /// Refills the tables behind `runs` and `service_states` from the events.
    public func rebuildProjections() throws(LedgerError) {
        try thread.perform { (log) throws(LedgerError) in
            try log.connection.transaction { () throws(LedgerError) in try log.connection.rebuildProjections() }
        }
    }
}

// MARK: - Reading

extension LedgerWriter {
    /// What is durable, oldest first; see `LedgerReader.events`.
    public func events(
        run: Int? = nil, service: String? = nil, types: [String]? = nil, operation: String? = nil, after seq: Int = 0,
        limit: Int? = nil, newestFirst: Bool = false
    ) throws(LedgerError) -> [RecordedEvent] {
        try reader.events(
            run: run, service: service, types: types, operation: operation, after: seq, limit: limit,
            newestFirst: newestFirst)
    }
}
