import CSQLite

/// One SQLite connection with its cache of statements, used by one thread at a time.
///
/// Opened without SQLite's own mutexes, since one thread at a time writes and a reader's lock serialises it:
/// https://www.sqlite.org/threadsafe.html
final class Connection {
    enum Access {
        /// Reads, and never checkpoints.
        case readOnly
        /// Reads a file of which the caller knows that nobody writes it; makes no -wal and no -shm.
        case immutable
        case readWrite
        /// Takes back what a killed process had begun in a rollback journal, and never checkpoints.
        case recovery
        /// Reads and writes, and makes the file when there is none.
        case create
    }

    let path: String
    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]
    /// The statement that adds an event, at hand: to look it up by its long text would cost as much as binding it.
    var insertion: Statement?

    init(path: String, access: Access) throws(LedgerError) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(access == .immutable ? Self.immutableURI(path) : path, &opened, access.flags, nil)
        guard let opened else {
            throw LedgerError(.io, "can't open the ledger at \(path): out of memory.", sqliteCode: SQLITE_NOMEM)
        }
        guard code == SQLITE_OK else {
            let error = LedgerError(database: opened, doing: "can't open", path: path)
            sqlite3_close_v2(opened)
            throw error
        }
        self.path = path
        handle = opened
        sqlite3_extended_result_codes(opened, 1)
        // Long enough for another program's commit or recovery, short enough that a person does not wonder.
        sqlite3_busy_timeout(opened, Int32(CommitLog.busySeconds * 1_000))
        _ = csqlite_db_config_flag(opened, SQLITE_DBCONFIG_DEFENSIVE, 1)
        if [.readOnly, .immutable, .recovery].contains(access) { leavesLog(true) }
    }

    /// Whether the write-ahead log is left as it is when the last connection closes, and not moved into the database.
    func leavesLog(_ leaves: Bool) { _ = csqlite_db_config_flag(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, leaves ? 1 : 0) }

    deinit {
        insertion = nil
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Whether SQLite could open the file for reading only, although writing was asked for.
    var isReadOnly: Bool {
        sqlite3_db_readonly(handle, "main") == 1
    }

    /// Whether a transaction is open. Several errors roll back by themselves, so it is asked before ROLLBACK.
    var isInTransaction: Bool {
        sqlite3_get_autocommit(handle) == 0
    }

    /// Whether the file has been moved or deleted under the connection: what is written then is lost.
    var hasMoved: Bool {
        var moved: Int32 = 0
        let code = sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
        return code == SQLITE_OK && moved != 0
    }

    /// Runs a script of statements and drops their rows.
    func execute(_ script: String, doing: String = "can't write to") throws(LedgerError) {
        guard sqlite3_exec(handle, script, nil, nil, nil) == SQLITE_OK else {
            throw LedgerError(database: handle, doing: doing, path: path)
        }
    }

    /// Runs one statement that returns nothing and is prepared once.
    func run(_ sql: String) throws(LedgerError) {
        try statement(sql).run()
    }

    /// The statement for `sql`, prepared once.
    func statement(_ sql: String) throws(LedgerError) -> Statement {
        if let known = statements[sql] { return known }
        let fresh = try Statement(sql, database: handle, path: path)
        statements[sql] = fresh
        return fresh
    }

    /// The rows of a query, all in memory.
    func rows<Row>(
        _ sql: String, bind: (Statement) throws(LedgerError) -> Void = { (_) throws(LedgerError) in },
        as make: (Statement) throws(LedgerError) -> Row
    ) throws(LedgerError) -> [Row] {
        let statement = try statement(sql)
        defer { statement.reset() }
        try bind(statement)
        var rows: [Row] = []
        while try statement.step() {
            rows.append(try make(statement))
        }
        return rows
    }

    /// The first column of the first row, as a number.
    func integer(_ sql: String) throws(LedgerError) -> Int {
        try rows(sql) { (row) throws(LedgerError) in row.int(0) }.first ?? 0
    }

    /// The first column of every row, as text.
    func texts(_ sql: String) throws(LedgerError) -> [String] {
        try rows(sql) { (row) throws(LedgerError) in row.text(0) }
    }

    /// Runs `body` in a transaction that takes the write lock at once, so that it never has to be given up midway.
    func transaction<Result>(_ body: () throws(LedgerError) -> Result) throws(LedgerError) -> Result {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// Gives up the open transaction, if SQLite has not done so already.
    func rollBack() {
        if isInTransaction {
            sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
        }
    }

    private static func immutableURI(_ path: String) -> String {
        // An empty authority, or a path that begins with two slashes would lose its first name to it.
        var uri = Array((path.hasPrefix("/") ? "file://" : "file:").utf8)
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"):
                uri += Array("%\(String(byte, radix: 16))".utf8)
            default:
                uri.append(byte)
            }
        }
        return String(decoding: uri, as: UTF8.self) + "?immutable=1"
    }
}

extension Connection.Access {
    fileprivate var flags: Int32 {
        let common = SQLITE_OPEN_NOMUTEX
        return switch self {
        case .readOnly: common | SQLITE_OPEN_READONLY
        case .immutable: common | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
        case .readWrite, .recovery: common | SQLITE_OPEN_READWRITE
        case .create: common | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        }
    }
}

extension LedgerError {
    /// The error that a connection has just reported.
    init(database: OpaquePointer?, doing: String, path: String) {
        self.init(
            sqlite: sqlite3_extended_errcode(database), words: String(cString: sqlite3_errmsg(database)), doing: doing,
            path: path)
    }
}
