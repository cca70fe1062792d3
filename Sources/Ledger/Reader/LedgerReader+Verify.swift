extension LedgerReader {
    /// Checks everything: the pages, the hash chain from the first event, the projections and the schema.
    ///
    /// Takes time in proportion to the ledger. What is wrong is in the report and not an error.
    ///
    /// - Throws: `LedgerError` when the check itself can't be made.
    ///
    /// - parameter visit: gets every event that is a good link, oldest first, in its newest shape; when a writer comes in
    ///   between, all of them again.
    public func verify(
        visit: (RecordedEvent) throws(LedgerError) -> Void = { (_) throws(LedgerError) in }
    ) throws(LedgerError) -> ChainReport {
        try readSession { (session) throws(LedgerError) in
            let connection = session.connection
            let damage = try Self.orDamage { () throws(LedgerError) in
                try connection.texts("PRAGMA quick_check(20)").filter { $0 != "ok" }
            }
            var report = try connection.checkChain { (event) throws(LedgerError) in try visit(upcaster.apply(event)) }
            if report.fault == nil { report.fault = try connection.fault(against: session.anchor, last: report.head?.seq ?? 0) }
            report.damage = damage
            report.damage += try Self.orDamage { () throws(LedgerError) in
                report.schemaDifferences = try connection.schemaDifferences()
                // What computes them may be what is missing; the first ledgers had none.
                if report.schemaDifferences.allSatisfy(\.isHarmless), try connection.integer("PRAGMA user_version") >= 2 {
                    report.projectionDifferences = try connection.projectionDifferences()
                }
                return []
            }
            return report
        }
    }

    /// Checks that the events after `seq` are an unbroken continuation of it.
    ///
    /// - Throws: `LedgerError` with `.chainBroken` naming the first that is not.
    public func verifyChain(after seq: Int) throws(LedgerError) {
        let report = try read { (connection) throws(LedgerError) in try connection.checkChain(after: seq) }
        if let fault = report.fault { throw LedgerError(chainBrokenAt: fault.seq, path: path) }
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
