extension LedgerReader {
    /// Checks everything: the pages, the hash chain from the first event, the projections and the schema.
    ///
    /// Takes time in proportion to the ledger. What is wrong is in the report and not an error.
    ///
    /// - Throws: `LedgerError` when the check itself can't be made.
    public func verify() throws(LedgerError) -> ChainReport {
        try read { (connection) throws(LedgerError) in
            var damage = try Self.orDamage { () throws(LedgerError) in
                try connection.texts("PRAGMA quick_check(20)").filter { $0 != "ok" }
            }
            var report = ChainReport()
            do throws(LedgerError) {
                report = try connection.checkChain()
            } catch {
                guard error.code == .corrupt else { throw error }
                damage.append(error.message)
            }
            report.projectionDifferences = try Self.orDamage { () throws(LedgerError) in
                try connection.projectionDifferences()
            }
            report.schemaDifferences = try Self.orDamage { () throws(LedgerError) in try connection.schemaDifferences() }
            report.damage = damage
            return report
        }
    }

    /// What a check found, or that the file is too damaged for it.
    private static func orDamage(_ check: () throws(LedgerError) -> [String]) throws(LedgerError) -> [String] {
        do {
            return try check()
        } catch {
            guard [.corrupt, .schemaMismatch].contains(error.code) || error.code == .io else { throw error }
            return [error.message]
        }
    }
}
