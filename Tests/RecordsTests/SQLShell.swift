import CSQLite

/// Somebody with the `sqlite3` shell.
enum SQLShell {
    struct Failure: Error { var words: String }

    static func run(_ path: String, _ script: String) throws {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
            sqlite3_exec(handle, script, nil, nil, nil) == SQLITE_OK
        else { throw Failure(words: String(cString: sqlite3_errmsg(handle))) }
    }
}
