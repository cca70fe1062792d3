extension Connection {
    private struct SchemaEntry: Equatable {
        let name: String
        let sql: String
    }

    /// What in the schema is not as the migrations up to its own version make it, found by making them anew in memory.
    func schemaDifferences() throws(LedgerError) -> [SchemaDifference] {
        let expected = try expectedSchema()
        let found = try schemaEntries()
        let changed = expected.filter { !found.contains($0) }.map { entry in
            SchemaDifference(name: entry.name, kind: found.contains { $0.name == entry.name } ? .changed : .missing)
        }
        let foreign = found.filter { entry in !expected.contains { $0.name == entry.name } }.map {
            SchemaDifference(name: $0.name, kind: .foreign)
        }
        return changed + foreign
    }

    /// Checks that what guards the events, computes from them and finds them again is there.
    ///
    /// SQLite counts the changes to a schema: while it is those of the migrations, and all they made is there, no more is looked at.
    func checkSchema() throws(LedgerError) {
        let counts = try (integer("PRAGMA schema_version"), integer("SELECT count(*) FROM sqlite_schema"))
        guard counts != (Migration.changes, Migration.objects) else { return }
        let differences = try schemaDifferences().filter { !$0.isHarmless }
        guard let first = differences.first(where: { !$0.canBeRemade }) ?? differences.first else { return }
        throw LedgerError(
            .schemaMismatch, "the schema of the ledger at \(path) was changed: \(first.words).", next: first.mend(path))
    }

    /// Makes anew what follows from the events and is not as the migrations make it; to be called in a transaction.
    func remakeSchema() throws(LedgerError) {
        let differing = try schemaDifferences().filter(\.canBeRemade)
        for difference in differing where difference.kind == .changed { try execute("DROP \(difference.name)") }
        let lost = try schemaDifferences().filter(\.canBeRemade).map(\.name)
        for entry in try expectedSchema() where lost.contains(entry.name) { try execute(entry.sql) }
    }

    /// In the order in which they are made.
    private func expectedSchema() throws(LedgerError) -> [SchemaEntry] {
        let model = try Connection(path: ":memory:", access: .create)
        try Migrator.migrate(model, to: integer("PRAGMA user_version"))
        return try model.schemaEntries()
    }

    private func schemaEntries() throws(LedgerError) -> [SchemaEntry] {
        try rows("SELECT type || ' ' || name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid") {
            (row) throws(LedgerError) in SchemaEntry(name: row.text(0), sql: row.text(1))
        }
    }
}
