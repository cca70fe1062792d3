import CSQLite

extension LedgerError {
    /// The error for a result code of SQLite.
    ///
    /// - parameter doing: what was tried, as in "can't append to".
    init(sqlite extendedCode: Int32, words: String, doing: String, path: String) {
        // A reader has to make its index of the log, too.
        let isFull = extendedCode & 0xff == SQLITE_FULL || extendedCode == csqlite_ioerr_shmsize
        let place = "\(isFull ? "can't write to" : doing) the ledger at \(path)"
        let detail = "\(words), SQLite code \(extendedCode)"
        let (code, reason, next): (Code, String, String?) =
            switch extendedCode & 0xff {
            case SQLITE_CORRUPT:
                (.corrupt, "it is damaged (\(detail))", Self.mend(path))
            case SQLITE_NOTADB:
                (.notALedger, "it is not a SQLite database (\(detail))", Self.mend(path))
            case _ where isFull:
                (.full, "the disk is full (\(detail))", Self.makeRoom)
            case SQLITE_READONLY, SQLITE_PERM:
                (.readOnly, "it may not be written (\(detail))", Self.checkMode)
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
                (.locked, "another program holds it (\(detail))", "Close other `sqlite3` sessions on it and try again.")
            case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG:
                (.rejected, "the events are not acceptable (\(detail))", nil)
            case SQLITE_ERROR where words.hasPrefix("no such ") || words.contains("has no column"):
                (.corrupt, "its tables are not as miniboss made them (\(detail))", Self.remake)
            default:
                (.io, detail, "Check the disk and the mode of the directory, then `miniboss doctor`.")
            }
        self.init(code, "\(place): \(reason).", next: next, sqliteCode: extendedCode)
    }

    static let makeRoom = "Free some space and run the command again."
    static let checkMode = "Check the owner and mode of it and its directory."

    /// What to do where something beside the events is gone.
    static let remake = "If the events are sound, `miniboss doctor --set-aside` makes that anew from them, and sets nothing aside."

    /// What to do about a file that can't be used, without losing it.
    static func mend(_ path: String) -> String {
        "Nothing was deleted. Restore \(path) from a backup, in the place of it and of the -head, -wal and -shm beside it, or run "
            + "`miniboss doctor --set-aside`, which moves it away whole and begins a new history."
    }
}
