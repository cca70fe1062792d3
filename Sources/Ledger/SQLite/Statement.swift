import CSQLite

/// A prepared statement of one connection, which must outlive it.
///
/// Related SQLite documentation: https://www.sqlite.org/c3ref/stmt.html
final class Statement {
    private let handle: OpaquePointer
    private let path: String

    init(_ sql: String, database: OpaquePointer, path: String) throws(LedgerError) {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else {
            throw LedgerError(database: database, doing: "can't use", path: path)
        }
        handle = prepared
        self.path = path
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Whether there is a row; `false` at the end.
    func step() throws(LedgerError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            throw LedgerError(
                database: sqlite3_db_handle(handle),
                doing: sqlite3_stmt_readonly(handle) == 0 ? "can't write to" : "can't read", path: path)
        }
    }

    /// Runs a statement that returns nothing, and makes it ready for the next time.
    func run() throws(LedgerError) {
        defer { reset() }
        while try step() {}
    }

    /// Makes it ready for the next time, ending its read transaction and forgetting what was bound.
    func reset() {
        // The code repeats the failure of the last step, which has been thrown already.
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }
}

// MARK: - Parameters, counted from 1

extension Statement {
    func bind(_ value: Int64, at index: Int32) throws(LedgerError) {
        try check(sqlite3_bind_int64(handle, index, value))
    }

    func bind(_ value: Int, at index: Int32) throws(LedgerError) {
        try bind(Int64(value), at: index)
    }

    func bind(_ text: String?, at index: Int32) throws(LedgerError) {
        guard var text else { return try bindNull(at: index) }
        // By length, not as a C string: a NUL inside must not cut the text.
        let code = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                csqlite_bind_text_copy(handle, index, characters.baseAddress, sqlite3_uint64(characters.count))
            }
        }
        try check(code)
    }

    func bind(_ bytes: [UInt8]?, at index: Int32) throws(LedgerError) {
        guard let bytes else { return try bindNull(at: index) }
        let code = bytes.withUnsafeBytes { buffer in
            csqlite_bind_blob_copy(handle, index, buffer.baseAddress, sqlite3_uint64(buffer.count))
        }
        try check(code)
    }

    private func bindNull(at index: Int32) throws(LedgerError) {
        try check(sqlite3_bind_null(handle, index))
    }

    private func check(_ code: Int32) throws(LedgerError) {
        guard code == SQLITE_OK else {
            throw LedgerError(database: sqlite3_db_handle(handle), doing: "can't use", path: path)
        }
    }
}

// MARK: - Columns, counted from 0

extension Statement {
    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    func int64(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func int(_ column: Int32) -> Int {
        Int(int64(column))
    }

    /// Text, empty when NULL; bytes that are not UTF-8 are replaced, which breaks the hash and so is noticed.
    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The bytes of a text, empty when NULL; valid until the next step.
    func utf8(_ column: Int32) -> UnsafeBufferPointer<UInt8> {
        let start = sqlite3_column_text(handle, column)
        return UnsafeBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, column)))
    }

    func optionalText(_ column: Int32) -> String? {
        isNull(column) ? nil : text(column)
    }

    /// A blob, `nil` when NULL.
    func optionalBytes(_ column: Int32) -> [UInt8]? {
        guard !isNull(column) else { return nil }
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }
}
