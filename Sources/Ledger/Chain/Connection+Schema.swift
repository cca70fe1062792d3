extension Connection {
    private struct SchemaEntry: Equatable {
        let name: String
        let sql: String
    }

    /// What in the schema is not as the migrations make it, found by making them anew in memory.
    func schemaDifferences() throws(LedgerError) -> [String] {
        let model = try Connection(path: ":memory:", access: .create)
        try Migrator.migrate(model)
        let expected = try model.schemaEntries()
        let found = try schemaEntries()
        var differences: [String] = []
        for entry in expected where !found.contains(entry) {
            let isThere = found.contains { $0.name == entry.name }
            differences.append("\(entry.name) is \(isThere ? "not as its migration made it" : "missing")")
        }
        for entry in found where !expected.contains(where: { $0.name == entry.name }) {
            differences.append("\(entry.name) is not ours")
        }
        return differences
    }

    private func schemaEntries() throws(LedgerError) -> [SchemaEntry] {
        try rows("SELECT type || ' ' || name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1") {
            (row) throws(LedgerError) in SchemaEntry(name: row.text(0), sql: row.text(1))
        }
    }
}
