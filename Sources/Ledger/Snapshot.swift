import Digest

/// What a fold of the events up to one of them came to, kept so that the next fold can begin there.
///
/// Only a cache: it counts while its event still has its hash and its own text is whole, and may be lost at any time.
public struct Snapshot: Sendable, Equatable {
    /// The newest event that is in it.
    public let seq: Int
    /// JSON text.
    public let body: String

    static func checksum(seq: Int, hash: [UInt8], version: Int, body: String) -> [UInt8] {
        var bytes = EventHash.Encoding()
        bytes.append(Int64(seq))
        bytes.append(hash)
        bytes.append(Int64(version))
        bytes.append(body)
        return SHA256.hash(bytes.bytes)
    }
}

extension LedgerReader {
    /// The newest snapshot of a fold that can be relied on; `nil` when there is none.
    ///
    /// - parameter version: of the fold; those of another one are none.
    public func snapshot(version: Int) throws(LedgerError) -> Snapshot? {
        try read { (connection) throws(LedgerError) in try connection.snapshot(version: version) }
    }
}

extension LedgerWriter {
    /// Keeps what the events up to `seq` fold to, and forgets all but the one before.
    ///
    /// - parameter version: of the fold; a fold that would come to something else has another one.
    public func keepSnapshot(_ snapshot: Snapshot, version: Int) throws(LedgerError) {
        try thread.perform { (log) throws(LedgerError) in
            try log.connection.transaction { () throws(LedgerError) in try log.connection.keep(snapshot, version: version) }
        }
    }
}

extension Snapshot {
    public init(upTo seq: Int, body: String) {
        self.seq = seq
        self.body = body
    }
}

extension Connection {
    fileprivate func snapshot(version: Int) throws(LedgerError) -> Snapshot? {
        // A reader may meet a ledger that no writer has brought up to date yet.
        guard try integer("PRAGMA user_version") >= 3 else { return nil }
        let found = try rows(
            """
            SELECT kept.seq, kept.body, kept.checksum, kept.hash FROM snapshots AS kept
            JOIN events ON events.seq = kept.seq AND events.hash = kept.hash WHERE kept.version = ?1 ORDER BY kept.seq DESC
            """,
            bind: { (statement) throws(LedgerError) in try statement.bind(version, at: 1) },
            as: { (row) throws(LedgerError) in
                let (seq, body) = (row.int(0), row.text(1))
                let expected = Snapshot.checksum(seq: seq, hash: row.optionalBytes(3) ?? [], version: version, body: body)
                return row.optionalBytes(2) == expected ? Snapshot(upTo: seq, body: body) : nil
            })
        return found.lazy.compactMap { $0 }.first
    }

    fileprivate func keep(_ snapshot: Snapshot, version: Int) throws(LedgerError) {
        let hash = try rows(
            "SELECT hash FROM events WHERE seq = ?1",
            bind: { (statement) throws(LedgerError) in try statement.bind(snapshot.seq, at: 1) },
            as: { (row) throws(LedgerError) in row.optionalBytes(0) ?? [] }
        ).first
        guard let hash else {
            throw LedgerError(.rejected, "can't keep a snapshot of event \(snapshot.seq) in the ledger at \(path): there is none.")
        }
        try run("DELETE FROM snapshots WHERE seq < (SELECT max(seq) FROM snapshots)")
        let statement = try statement("INSERT OR REPLACE INTO snapshots (seq, hash, version, body, checksum) VALUES (?1, ?2, ?3, ?4, ?5)")
        try statement.bind(snapshot.seq, at: 1)
        try statement.bind(hash, at: 2)
        try statement.bind(version, at: 3)
        try statement.bind(snapshot.body, at: 4)
        try statement.bind(Snapshot.checksum(seq: snapshot.seq, hash: hash, version: version, body: snapshot.body), at: 5)
        try statement.run()
    }
}
