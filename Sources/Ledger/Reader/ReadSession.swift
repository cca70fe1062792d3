import CSQLite
import Glibc

/// A reader's connection, and whether it relies on nobody writing.
///
/// While there is no write-ahead log, nobody writes, and the file is read as immutable: that makes no files and works
/// in a read-only directory. A writer that begins later shows itself by its log or by the file's changed stamp, which
/// is looked at after each read.
struct ReadSession {
    let connection: Connection
    private let sealed: LedgerFile?
    /// What was kept of the newest event before the connection was opened.
    let anchor: ChainHead?

    /// - parameter checksHead: whether a ledger that has lost its newest events is refused.
    init(path: String, checksHead: Bool = true) throws(LedgerError) {
        var last: LedgerError?
        // A writer may come or go between the look and the opening; each try sees one such change at most.
        for _ in 0..<5 {
            guard let file = try LedgerFile(path: path) else {
                throw LedgerError(
                    .missing, "there is no history yet: no ledger at \(path). The first `miniboss start` makes it.")
            }
            let anchor = HeadAnchor.read(beside: path)
            let isSealed = !LedgerFile.hasSideFile(path: path)
            do {
                let connection = try isSealed ? Connection(path: path, access: .immutable) : Connection.openSettled(path)
                try Migrator.check(connection)
                try LedgerFile.checkSize(pageSize: connection.integer("PRAGMA page_size"), path: path)
                if checksHead {
                    try connection.check(anchor)
                    try connection.checkRuns()
                }
                self.anchor = anchor
                self.connection = connection
                sealed = isSealed ? file : nil
                return
            } catch {
                last = isSealed ? error : Self.explained(error, path: path)
                guard isSealed, LedgerFile.hasSideFile(path: path) else { break }
            }
        }
        throw last ?? LedgerError(.io, "the ledger at \(path) changed again and again while it was being opened.")
    }

    /// Whether what has just been read is what the ledger holds.
    func isCurrent() -> Bool {
        guard let sealed else { return true }
        guard !LedgerFile.hasSideFile(path: connection.path), let now = try? LedgerFile(path: connection.path) else {
            return false
        }
        return now == sealed
    }

    private static func explained(_ error: LedgerError, path: String) -> LedgerError {
        guard let code = error.sqliteCode, [SQLITE_CANTOPEN, SQLITE_READONLY].contains(code & 0xff),
            faccessat(AT_FDCWD, Connection.directory(of: path), W_OK, AT_EACCESS) != 0
        else { return error }
        return LedgerError(
            .readOnly,
            "the newest events of the ledger at \(path) are in its write-ahead log, which can't be read where nothing may "
                + "be written.", next: "Copy \(path) and \(path)-wal to a directory of yours and set MINIBOSS_LEDGER to the copy.",
            sqliteCode: code)
    }
}
