/// Brings a ledger's schema up to date, and refuses one that it does not know.
///
/// `user_version` counts the applied migrations; the table `migrations` holds their names and checksums.
enum Migrator {
    /// `PRAGMA application_id` of a ledger, "mbLg" in ASCII.
    static let applicationID = 0x6d62_4c67

    static var supportedVersion: Int { Migration.all.count }

    /// Checks that the file is a ledger this program can use, without changing it.
    ///
    /// - Throws: `.notALedger`, `.newer`, `.schemaMismatch`, or `.corrupt` when it can't even be read.
    static func check(_ connection: Connection) throws(LedgerError) {
        let path = connection.path
        guard try connection.integer("PRAGMA application_id") == applicationID else {
            throw LedgerError(
                .notALedger,
                "the file at \(path) is a SQLite database, but not a miniboss ledger.", next: LedgerError.mend(path))
        }
        let version = try connection.integer("PRAGMA user_version")
        guard version <= supportedVersion else {
            throw LedgerError(
                .newer(found: version, supported: supportedVersion),
                "the ledger at \(path) has schema \(version), written by a newer miniboss; this one knows schema "
                    + "\(supportedVersion).", next: "Upgrade miniboss; the ledger was not touched.")
        }
        let applied = try connection.rows("SELECT name || ' ' || checksum FROM migrations ORDER BY number") {
            (row) throws(LedgerError) in row.text(0)
        }
        guard version > 0, applied == Migration.all.prefix(version).map({ "\($0.name) \($0.checksum)" }) else {
            throw LedgerError(
                .schemaMismatch,
                "the schema of the ledger at \(path) was not made by the migrations of this miniboss, although its "
                    + "version (\(version)) says so.", next: LedgerError.mend(path))
        }
    }

    /// Applies what is lacking, each migration in a transaction of its own.
    static func migrate(_ connection: Connection, to version: Int = supportedVersion) throws(LedgerError) {
        let present = try connection.integer("PRAGMA user_version")
        for migration in Migration.all where migration.number > present && migration.number <= version {
            try connection.transaction { () throws(LedgerError) in
                try connection.execute(migration.sql)
                let statement = try connection.statement("INSERT INTO migrations (number, name, checksum) VALUES (?1, ?2, ?3)")
                try statement.bind(migration.number, at: 1)
                try statement.bind(migration.name, at: 2)
                try statement.bind(migration.checksum, at: 3)
                try statement.run()
                try connection.execute("PRAGMA user_version = \(migration.number)")
            }
        }
    }
}
