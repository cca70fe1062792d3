/// Which events to read, and in which order.
struct EventQuery {
    static let columns = "seq, run, at, mono_ns, service, type, version, body, operation, previous_hash, hash"

    var run: Int?
    var service: String?
    var types: [String]?
    var operation: String?
    /// Only events with a higher seq.
    var after = 0
    /// Only events with a lower seq.
    var before: Int?
    var limit: Int?
    var newestFirst = false

    var sql: String {
        var conditions = ["seq > ?"]
        if before != nil { conditions.append("seq < ?") }
        if run != nil { conditions.append("run = ?") }
        // With a run given, its index is the one to use, whatever else is asked: the unary plus keeps the others out.
        let other = run == nil ? "" : "+"
        if service != nil { conditions.append("\(other)service = ?") }
        if operation != nil { conditions.append("operation = ?") }
        if let types {
            conditions.append("\(other)type IN (\(repeatElement("?", count: types.count).joined(separator: ", ")))")
        }
        return "SELECT \(Self.columns) FROM events WHERE \(conditions.joined(separator: " AND ")) "
            + "ORDER BY seq\(newestFirst ? " DESC" : "") LIMIT ?"
    }

    /// Binds in the order in which `sql` names its parameters.
    func bind(_ statement: Statement) throws(LedgerError) {
        var index: Int32 = 1
        try statement.bind(after, at: index)
        for number in [before, run] {
            guard let number else { continue }
            index += 1
            try statement.bind(number, at: index)
        }
        for text in [service, operation] {
            guard let text else { continue }
            index += 1
            try statement.bind(text, at: index)
        }
        for type in types ?? [] {
            index += 1
            try statement.bind(type, at: index)
        }
        // A negative limit means none: https://www.sqlite.org/lang_select.html#limitoffset
        try statement.bind(limit ?? -1, at: index + 1)
    }
}
