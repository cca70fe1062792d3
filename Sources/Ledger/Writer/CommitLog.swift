/// How the writer's thread appends: many requests, one transaction, one sync of the disk.
final class CommitLog {
    typealias Answer = Result<[RecordedEvent], LedgerError>

    let connection: Connection
    /// The newest durable event.
    private(set) var head: ChainHead?
    private(set) var commits = 0

    init(_ connection: Connection) throws(LedgerError) {
        self.connection = connection
        head = try connection.head()
    }

    /// Appends each request whole or not at all, and returns when all of it is durable.
    ///
    /// A request with unacceptable events is answered with its error and does not harm the others.
    ///
    /// - Throws: `LedgerError` when nothing at all was appended.
    func commit(_ requests: [[EventDraft]]) throws(LedgerError) -> [Answer] {
        guard !connection.hasMoved else {
            throw LedgerError(
                .io,
                "the ledger at \(connection.path) was moved or deleted while in use; nothing more is written. "
                    + "Put it back and run the command again.")
        }
        try begin()
        do {
            // Read anew each time: another program may have appended with a valid hash of its own.
            var newest = try connection.head()
            var answers: [Answer] = []
            for drafts in requests {
                answers.append(try append(drafts, after: &newest))
            }
            try connection.execute("COMMIT")
            head = newest
            commits += 1
            return answers
        } catch {
            connection.rollBack()
            throw error
        }
    }

    /// Moves what the write-ahead log holds into the file, so that it is one file again.
    func checkpoint() throws(LedgerError) {
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// Waits for another program's lock five times the connection's two seconds before it gives up.
    private func begin() throws(LedgerError) {
        for _ in 0..<4 {
            do {
                return try connection.execute("BEGIN IMMEDIATE")
            } catch {
                guard error.code == .locked else { throw error }
            }
        }
        try connection.execute("BEGIN IMMEDIATE")
    }

    private func append(_ drafts: [EventDraft], after newest: inout ChainHead?) throws(LedgerError) -> Answer {
        let before = newest
        try connection.execute("SAVEPOINT request")
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
            try connection.execute("RELEASE request")
            return .success(recorded)
        } catch {
            guard error.code == .rejected, connection.isInTransaction else { throw error }
            try connection.execute("ROLLBACK TO request; RELEASE request")
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
