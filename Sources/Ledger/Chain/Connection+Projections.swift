extension Connection {
    private static let runColumns =
        "run, started_seq, finished_seq, command, arguments, started_at, finished_at, outcome, definition, engine"
    private static let serviceColumns = "service, state, run, seq, at, container_id, cause"

    /// Refills the projections from the events and forgets the snapshots.
    func rebuildProjections() throws(LedgerError) {
        try execute(
            """
            DELETE FROM run_projection;
            INSERT INTO run_projection (\(Self.runColumns)) SELECT \(Self.runColumns) FROM runs_from_events;
            DELETE FROM service_projection;
            INSERT INTO service_projection (\(Self.serviceColumns)) SELECT \(Self.serviceColumns) FROM service_states_from_events;
            DELETE FROM snapshots;
            """)
    }

    /// Checks that the newest run that began is in the table of runs: one that was emptied would pass for an empty history.
    /// - Throws: `LedgerError` with `.corrupt`; `LedgerSuccession.remake` mends it.
    func checkRuns() throws(LedgerError) {
        // A ledger that only this reader still has to lift has no such table.
        guard try integer("PRAGMA user_version") >= 2 else { return }
        let lacking = try rows(
            """
            SELECT run FROM (SELECT run FROM events WHERE type = 'run.started' ORDER BY seq DESC LIMIT 1)
            WHERE run NOT IN (SELECT run FROM run_projection)
            """, as: { (row) throws(LedgerError) in row.int(0) })
        guard let run = lacking.first else { return }
        throw LedgerError(
            .corrupt, "the ledger at \(path) has the events of run \(run), but its table of runs was changed and does not tell of it.",
            next: LedgerError.remake)
    }

    /// The rows in which a projection differs from what the events add up to.
    ///
    /// Each projection is compared in one statement, so a commit in between can't look like a difference.
    func projectionDifferences() throws(LedgerError) -> [String] {
        try differences("run_projection", "runs_from_events", columns: Self.runColumns, key: "run", label: "runs: run")
            + differences(
                "service_projection", "service_states_from_events", columns: Self.serviceColumns, key: "service",
                label: "service_states: service")
    }

    private func differences(
        _ table: String, _ truth: String, columns: String, key: String, label: String
    ) throws(LedgerError) -> [String] {
        try texts(
            """
            WITH kept AS (SELECT \(columns) FROM \(table)), computed AS MATERIALIZED (SELECT \(columns) FROM \(truth)),
                 surplus AS (SELECT * FROM kept EXCEPT SELECT * FROM computed),
                 lacking AS (SELECT * FROM computed EXCEPT SELECT * FROM kept)
            SELECT '\(label) ' || \(key) FROM (SELECT \(key) FROM surplus UNION SELECT \(key) FROM lacking) ORDER BY \(key)
            """)
    }
}
