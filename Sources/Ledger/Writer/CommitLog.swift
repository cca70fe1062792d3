import Glibc

/// How the ledger is appended to: many requests, one transaction, one sync of the disk.
final class CommitLog {
    typealias Answer = Result<[RecordedEvent], LedgerError>

    /// Events that go in together or not at all.
    struct Request: Sendable {
        var drafts: [EventDraft]
        /// Whether they follow from the sequels before: when one of those failed, they fail, too.
        var isSequel = false

        init(_ drafts: [EventDraft], isSequel: Bool = false) {
            self.drafts = drafts
            self.isSequel = isSequel
        }
    }

    let connection: Connection
    /// The newest durable event.
    private(set) var head: ChainHead?
    private(set) var commits = 0
    /// Why no sequel is taken any more.
    private var severed: LedgerError?
    private let anchor: HeadAnchor?
    private let patience: @Sendable (Int) -> Bool
    /// Bytes of the file when it was opened; it only grows.
    private let leastSize: Int64

    /// - parameter patience: see `LedgerWriter.open`.
    /// - parameter keepsHead: whether the newest event is also kept in a file of its own.
    init(
        _ connection: Connection, patience: @escaping @Sendable (Int) -> Bool = { $0 < 10 }, keepsHead: Bool = true
    ) throws(LedgerError) {
        self.connection = connection
        self.patience = patience
        leastSize = LedgerFile.size(of: connection.path)
        head = try connection.head()
        anchor = keepsHead ? HeadAnchor(beside: connection.path) : nil
        // The ledger may be ahead of it, after a kill between the commit and the note of it.
        if let head { anchor?.keep(head) }
    }

    /// Appends each request whole or not at all, and returns when all of it is durable.
    ///
    /// A request with unacceptable events is answered with its error and harms no other but the sequels after it.
    ///
    /// - Throws: `LedgerError` when nothing at all was appended.
    func commit(_ requests: [Request]) throws(LedgerError) -> [Answer] {
        var waited = 0
        while true {
            do {
                // A savepoint copies each page it sees changed; almost always nothing is refused, and none is needed.
                if let answers = try attempt(requests, savepoints: false) { return answers }
                return try attempt(requests, savepoints: true) ?? []
            } catch {
                waited += Self.busySeconds
                guard error.code == .locked, patience(waited) else {
                    if requests.contains(where: \.isSequel) { severed = severed ?? error }
                    throw error
                }
                // SQLite has waited itself, but for the cases in which it knows that waiting is no use.
                usleep(10_000)
            }
        }
    }

    /// Moves what the write-ahead log holds into the file, so that it is one file again.
    func checkpoint() throws(LedgerError) {
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// How long SQLite waits for another program's lock by itself.
    static let busySeconds = 2

    /// - Parameter savepoints: whether one request can be refused without the others.
    /// - Returns: `nil` when one was refused and none is appended, since there were no savepoints.
    private func attempt(_ requests: [Request], savepoints: Bool) throws(LedgerError) -> [Answer]? {
        guard !connection.hasMoved else {
            throw LedgerError(
                .io,
                "the ledger at \(connection.path) was moved or deleted while in use; nothing more is written.",
                next: "Put it back and run the command again.")
        }
        // SQLite goes on with the pages it has in memory.
        guard LedgerFile.size(of: connection.path) >= leastSize else {
            throw LedgerError(
                .corrupt, "the ledger at \(connection.path) was cut off while in use; nothing more is written.",
                next: LedgerError.mend(connection.path))
        }
        try connection.run("BEGIN IMMEDIATE")
        var severed = severed
        do {
            // Read anew each time: another program may have appended with a valid hash of its own.
            var newest = try connection.head()
            var answers: [Answer] = []
            for request in requests {
                if request.isSequel, let severed {
                    answers.append(.failure(severed))
                    continue
                }
                let answer = try append(request.drafts, after: &newest, savepoint: savepoints)
                if !savepoints, case .failure = answer {
                    connection.rollBack()
                    return nil
                }
                if case .failure(let error) = answer, request.isSequel { severed = error }
                answers.append(answer)
            }
            try connection.run("COMMIT")
            self.severed = severed
            commits += 1
            if let newest, newest != head { anchor?.keep(newest) }
            head = newest
            return answers
        } catch {
            connection.rollBack()
            throw error
        }
    }

    private func append(_ drafts: [EventDraft], after newest: inout ChainHead?, savepoint: Bool) throws(LedgerError) -> Answer {
        let before = newest
        if savepoint { try connection.run("SAVEPOINT request") }
        do {
            var recorded: [RecordedEvent] = []
            recorded.reserveCapacity(drafts.count)
            for draft in drafts {
                try draft.check()
                let event = RecordedEvent(draft, seq: (newest?.seq ?? 0) + 1, previousHash: newest?.hash)
                try connection.insert(event)
                newest = ChainHead(seq: event.seq, hash: event.hash)
                recorded.append(event)
            }
            if savepoint { try connection.run("RELEASE request") }
            return .success(recorded)
        } catch {
            guard error.code == .rejected, connection.isInTransaction else { throw error }
            guard savepoint else { return .failure(error) }
            try connection.run("ROLLBACK TO request")
            try connection.run("RELEASE request")
            newest = before
            return .failure(error)
        }
    }
}

extension EventDraft {
    /// Refuses what the schema can't.
    fileprivate func check() throws(LedgerError) {
        let problem: String? =
            if run < 1 {
                "its run is \(run), but runs count from 1"
            } else if type.isEmpty {
                "it has no type"
            } else if version < 1 {
                "its version is \(version), but versions count from 1"
            } else if body.utf8.contains(0) {
                "its body holds a NUL character"
            } else {
                nil
            }
        if let problem {
            throw LedgerError(.rejected, "can't append the event `\(type)`: \(problem).")
        }
    }
}
