/// What went wrong with a ledger: what, where, and what to do next.
public struct LedgerError: Error, Sendable, Equatable {
    /// The kinds that callers tell apart.
    public enum Code: Sendable, Equatable {
        /// There is no ledger yet: to a reader this means "no history".
        case missing
        /// Another process holds the group's lock; `nil` when it has not yet said who it is.
        case busy(LockHolder?)
        /// Another program holds SQLite's own lock; nothing was lost, the append may be tried again.
        case locked
        /// The file is not a ledger of ours: empty, another database, text, a directory.
        case notALedger
        /// The file is damaged.
        case corrupt
        /// The ledger was written by a newer miniboss.
        case newer(found: Int, supported: Int)
        /// The schema is not the one its migrations make.
        case schemaMismatch
        /// The newest events are gone: `last` is the highest seq there is, `known` the highest that was written.
        case tailLost(last: Int, known: Int)
        /// The hash chain is broken at this event.
        case chainBroken(seq: Int)
        /// An event has a body that its upcaster can't read.
        case undecodable(seq: Int)
        /// The file, its directory or its disk may not be written.
        case readOnly
        /// The disk or the quota is full.
        case full
        /// The system failed to read or write.
        case io
        /// The events are not acceptable, for example because a body is not JSON; nothing was appended.
        case rejected
        /// The ledger has been closed.
        case closed
    }

    public let code: Code
    /// What went wrong, and where: whole sentences.
    public let finding: String
    /// What to do about it.
    public let next: String?
    /// SQLite's extended result code, where it comes from SQLite: https://www.sqlite.org/rescode.html
    public let sqliteCode: Int32?

    public init(_ code: Code, _ finding: String, next: String? = nil, sqliteCode: Int32? = nil) {
        self.code = code
        self.finding = finding
        self.next = next
        self.sqliteCode = sqliteCode
    }

    /// Both in one paragraph.
    public var message: String { next.map { "\(finding) \($0)" } ?? finding }

    /// Whether the ledger itself is damaged, so that it can only be restored or set aside.
    public var isDamage: Bool {
        switch code {
        case .notALedger, .corrupt, .schemaMismatch, .tailLost, .chainBroken, .undecodable: true
        case .missing, .busy, .locked, .newer, .readOnly, .full, .io, .rejected, .closed: false
        }
    }

    /// Whether the writer must stop for good: what the disk holds is no longer known.
    var isFatal: Bool {
        switch code {
        case .rejected, .locked, .busy: false
        default: true
        }
    }
}

extension LedgerError: CustomStringConvertible {
    public var description: String { message }
}
