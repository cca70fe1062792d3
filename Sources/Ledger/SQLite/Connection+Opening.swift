import CSQLite
import Glibc

extension Connection {
    /// Opens the ledger for its one writer, whose lock the caller holds, and makes it when there is none.
    ///
    /// Looks before it writes: a file that is not ours, or newer than us, is left exactly as it is.
    /// - Parameter remakes: whether what of the schema can be made anew is, and what is computed from the events with it.
    static func openForWriting(_ path: String, remakes: Bool = false) throws(LedgerError) -> Connection {
        let anchor = HeadAnchor.read(beside: path)
        if try LedgerFile(path: path) == nil {
            try create(path)
        }
        try checkAccess(path)
        try inspect(path)
        let connection = try Connection(path: path, access: .readWrite)
        guard !connection.isReadOnly else {
            throw LedgerError(
                .readOnly, "the ledger at \(path) may not be written.", next: LedgerError.checkMode)
        }
        // Of a log that turns out to be damaged SQLite would keep only what comes before the damage.
        connection.leavesLog(true)
        // Without temp_store what an INSERT may have to take back is written to a file once it is more than 64 KiB.
        // journal_mode answers with the mode that is in force; where a file system can't do WAL it stays a rollback
        // journal, which with synchronous=FULL is as durable, only slower. fullfsync matters on macOS alone.
        try connection.execute(
            """
            PRAGMA recursive_triggers = ON;
            PRAGMA cell_size_check = ON;
            PRAGMA fullfsync = ON;
            PRAGMA checkpoint_fullfsync = ON;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA temp_store = MEMORY;
            """)
        try connection.checkPages()
        if remakes { try connection.transaction { () throws(LedgerError) in try connection.remakeSchema() } }
        // What a migration builds on may be gone.
        if try connection.integer("PRAGMA user_version") < Migrator.supportedVersion { try connection.checkSchema() }
        try Migrator.migrate(connection)
        if remakes { try connection.transaction { () throws(LedgerError) in try connection.rebuildProjections() } }
        do { try connection.checkTail() } catch {
            if case .chainBroken = error.code { throw error }
            // What it reads may be gone.
            try connection.checkSchema()
            throw error
        }
        try connection.check(anchor)
        try connection.checkSchema()
        connection.leavesLog(false)
        return connection
    }

    /// Checks the permissions by themselves, to name the place: SQLite only says "attempt to write a readonly database".
    private static func checkAccess(_ path: String) throws(LedgerError) {
        for place in [path, directory(of: path)] {
            guard faccessat(AT_FDCWD, place, W_OK, AT_EACCESS) == 0 else {
                throw LedgerError(errno: errno, doing: "can't write to the ledger at \(path), because of", path: place)
            }
        }
    }

    /// Checks that the file is a whole ledger we know.
    private static func inspect(_ path: String) throws(LedgerError) {
        guard try LedgerFile(path: path) != nil else {
            throw LedgerError(.io, "the ledger at \(path) vanished while it was being opened. Run the command again.")
        }
        let connection = try openSettled(path)
        try Migrator.check(connection)
        try LedgerFile.checkSize(pageSize: connection.integer("PRAGMA page_size"), path: path)
    }

    /// A connection for reading, after taking back what a process had begun when it was killed: a migration, or the change
    /// to a write-ahead log. While its writer lives, its lock on the file tells that there is nothing to take back.
    static func openSettled(_ path: String) throws(LedgerError) -> Connection {
        do {
            let connection = try Connection(path: path, access: .readOnly)
            _ = try connection.integer("PRAGMA schema_version")
            return connection
        } catch {
            guard error.sqliteCode == csqlite_readonly_rollback else { throw error }
            _ = try Connection(path: path, access: .recovery).integer("PRAGMA schema_version")
            return try Connection(path: path, access: .readOnly)
        }
    }

    /// Makes a new ledger under another name and publishes it whole: a process that is killed in between leaves no
    /// empty file, which would look like a lost history.
    static func create(_ path: String, beginningWith drafts: [EventDraft] = []) throws(LedgerError) {
        let draft = path + ".new"
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(draft + suffix) }
        // Made before SQLite sees it, for the mode: -wal and -shm take theirs from it.
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LedgerError(errno: errno, doing: "can't make the ledger at", path: path) }
        defer { close(descriptor) }
        do throws(LedgerError) {
            try fill(draft, drafts)
            guard fsync(descriptor) == 0 else { throw LedgerError(errno: errno, doing: "can't make the ledger at", path: path) }
        } catch {
            unlink(draft)
            throw error
        }
        guard rename(draft, path) == 0 else {
            throw LedgerError(errno: errno, doing: "can't make the ledger at", path: path)
        }
        try syncDirectory(of: path)
    }

    private static func fill(_ draft: String, _ drafts: [EventDraft]) throws(LedgerError) {
        let connection = try Connection(path: draft, access: .readWrite)
        // One sync of the whole, before it gets its name, instead of several for each migration.
        try connection.execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY")
        try Migrator.migrate(connection)
        if !drafts.isEmpty {
            for answer in try CommitLog(connection, keepsHead: false).commit([CommitLog.Request(drafts)]) {
                _ = try answer.get()
            }
        }
        // Else whoever opens it first has to change it, with a journal and its syncs.
        try connection.execute("PRAGMA journal_mode = WAL")
    }

    /// Makes the names in the directory of `path` durable.
    static func syncDirectory(of path: String) throws(LedgerError) {
        let directory = directory(of: path)
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LedgerError(errno: errno, doing: "can't open", path: directory) }
        defer { close(descriptor) }
        // Some file systems can't sync a directory (EINVAL) and need not.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw LedgerError(errno: errno, doing: "can't write", path: directory)
        }
    }

    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Up to this size a ledger is looked through before it is written to, which takes some milliseconds.
    static let smallSize = 2 << 20
    /// Up to this size its whole chain is checked, too.
    static let smallChainSize = smallSize / 4

    /// Bytes of the database, those in its write-ahead log included.
    private func size() throws(LedgerError) -> Int { try integer("PRAGMA page_count") * integer("PRAGMA page_size") }

    /// Looks for damage where nobody reads as a rule; in a large ledger only `verify` does.
    private func checkPages() throws(LedgerError) {
        guard try size() <= Self.smallSize else { return }
        let damage = try texts("PRAGMA quick_check(1)").first { $0 != "ok" }
        if let damage { throw LedgerError(.corrupt, "the ledger at \(path) is damaged: \(damage).", next: LedgerError.mend(path)) }
    }

    /// Checks the newest event, and after an unclean end everything since the last run began; all of a small ledger.
    private func checkTail() throws(LedgerError) {
        guard let head = try head() else { return }
        let unfinished = try rows("SELECT started_seq, finished_seq FROM run_projection ORDER BY run DESC LIMIT 1") {
            (row) throws(LedgerError) in row.isNull(1) ? row.int(0) : nil
        }
        let first = try size() <= Self.smallChainSize ? 1 : min(unfinished.first.flatMap { $0 } ?? head.seq, head.seq)
        if let fault = try checkChain(after: max(first - 1, 0)).fault {
            throw LedgerError(chainBrokenAt: fault.seq, path: path)
        }
    }
}
