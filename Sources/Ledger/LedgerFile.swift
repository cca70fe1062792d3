import Glibc

/// The database file as the file system shows it.
///
/// Looked at by `stat` alone: to open and close it outside SQLite would drop SQLite's POSIX locks
/// (https://www.sqlite.org/howtocorrupt.html, section 2.2).
struct LedgerFile: Equatable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let modified: Int64
    private let modifiedNs: Int64

    /// The file at `path`; `nil` when there is none, and no trace of one.
    ///
    /// - Throws: `LedgerError` when what is there can't be a ledger: an empty file or a write-ahead log without its
    ///   database would otherwise pass for an empty history.
    init?(path: String) throws(LedgerError) {
        var found = stat()
        guard stat(path, &found) == 0 else {
            let number = errno
            guard number == ENOENT || number == ENOTDIR else {
                throw LedgerError(errno: number, doing: "can't open the ledger at", path: path)
            }
            if let obstruction = LedgerError(obstructing: path) { throw obstruction }
            guard Self.size(of: path + "-wal") == 0 else {
                throw LedgerError(
                    .corrupt,
                    "the ledger at \(path) is gone, but its newest events are still in \(path)-wal.", next: LedgerError.mend(path))
            }
            if lstat(LedgerSuccession.marker(beside: path), &found) == 0 {
                throw LedgerError(
                    .corrupt,
                    "the ledger at \(path) was being set aside when that was cut off.",
                    next: "Run `miniboss doctor --set-aside` to finish it.")
            }
            if let head = HeadAnchor.read(beside: path) {
                throw LedgerError(
                    .tailLost(last: 0, known: head.seq),
                    "the ledger at \(path) is gone, with the \(head.seq) events that were in it.", next: LedgerError.mend(path))
            }
            return nil
        }
        guard found.st_mode & S_IFMT == S_IFREG else {
            let kind = found.st_mode & S_IFMT == S_IFDIR ? "a directory" : "not a regular file"
            throw LedgerError(.notALedger, "\(path) should be the ledger, but it is \(kind).", next: LedgerError.mend(path))
        }
        guard found.st_size > 0 else {
            throw LedgerError(
                .notALedger,
                "the ledger at \(path) is empty (0 bytes): its content was lost, since not even a new one is empty.",
                next: LedgerError.mend(path))
        }
        device = UInt64(found.st_dev)
        inode = UInt64(found.st_ino)
        size = Int64(found.st_size)
        modified = Int64(found.st_mtim.tv_sec)
        modifiedNs = Int64(found.st_mtim.tv_nsec)
    }

    /// Checks that the file ends where a page ends: a cut within the last page is not noticed by SQLite.
    ///
    /// Half a page is no damage while the write-ahead log holds the whole one: it was being moved when its writer was killed.
    static func checkSize(pageSize: Int, path: String) throws(LedgerError) {
        let size = size(of: path)
        guard pageSize > 0, size % Int64(pageSize) != 0 else { return }
        let half = UInt32(truncatingIfNeeded: size / Int64(pageSize) + 1)
        guard !WriteAheadLog.holds(page: half, pageSize: pageSize, ofLedgerAt: path) else { return }
        throw LedgerError(
            .corrupt, "the ledger at \(path) is cut off: \(size) bytes are no whole pages.", next: LedgerError.mend(path))
    }

    /// Whether events may be outside the file, in a write-ahead log or in a journal that must be rolled back. An empty log is
    /// what a writer leaves who found the disk full.
    static func hasSideFile(path: String) -> Bool {
        var found = stat()
        let hasLog = stat(path + "-wal", &found) == 0 && (found.st_size > 0 || found.st_mode & S_IFMT != S_IFREG)
        return hasLog || access(path + "-journal", F_OK) == 0
    }

    static func size(of path: String) -> Int64 {
        var found = stat()
        return stat(path, &found) == 0 ? Int64(found.st_size) : 0
    }
}
