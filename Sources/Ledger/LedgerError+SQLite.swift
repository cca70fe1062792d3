import CSQLite

extension LedgerError {
    /// The error for a result code of SQLite.
    ///
    /// - parameter doing: what was tried, as in "can't append to".
    init(sqlite extendedCode: Int32, words: String, doing: String, path: String) {
        let place = "\(doing) the ledger at \(path)"
        let detail = "\(words), SQLite code \(extendedCode)"
        let (code, message): (Code, String) =
            switch extendedCode & 0xff {
            case SQLITE_CORRUPT:
                (.corrupt, "\(place): it is damaged (\(detail)). \(Self.mend(path))")
            case SQLITE_NOTADB:
                (.notALedger, "\(place): it is not a SQLite database (\(detail)). \(Self.mend(path))")
            case SQLITE_FULL:
                (.full, "\(place): the disk is full (\(detail)). Free some space and run the command again.")
            case SQLITE_READONLY, SQLITE_PERM:
                (.readOnly, "\(place): it may not be written (\(detail)). Check the owner and mode of it and its directory.")
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
                (.locked, "\(place): another program holds it (\(detail)). Close other `sqlite3` sessions on it and try again.")
            case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG:
                (.rejected, "\(place): the events are not acceptable (\(words), SQLite code \(extendedCode)).")
            default:
                (.io, "\(place): \(detail). Check the disk and the mode of the directory, then `miniboss doctor`.")
            }
        self.init(code, message, sqliteCode: extendedCode)
    }

    private static let mendOpening = "Nothing was deleted."

    /// The message without what to do about it.
    public var finding: String {
        message.firstRange(of: " " + Self.mendOpening).map { String(message[..<$0.lowerBound]) } ?? message
    }

    /// What to do about a file that can't be used, without losing it.
    static func mend(_ path: String) -> String {
        "\(mendOpening) Restore \(path) from a backup, or run `miniboss doctor --set-aside`, which moves it away whole and "
            + "begins a new history."
    }
}
