extension LedgerReader {
    /// The rows of the view `runs`, newest first.
    ///
    /// - parameter run: only runs before this one, for the next page.
    public func runs(limit: Int? = nil, before run: Int? = nil) throws(LedgerError) -> [RunRow] {
        try read { (connection) throws(LedgerError) in
            try connection.rows(
                """
                SELECT run, command, arguments, started_at, finished_at, outcome, definition, engine FROM runs
                WHERE run < ?1 ORDER BY run DESC LIMIT ?2
                """,
                bind: { (statement) throws(LedgerError) in
                    try statement.bind(run ?? .max, at: 1)
                    try statement.bind(limit ?? -1, at: 2)
                },
                as: { (row) throws(LedgerError) in
                    RunRow(
                        run: row.int(0), command: row.optionalText(1), arguments: row.text(2), startedAt: row.text(3),
                        finishedAt: row.optionalText(4), outcome: row.text(5), definition: row.optionalText(6),
                        engine: row.optionalText(7))
                })
        }
    }

    /// One run of the view `runs`.
    public func run(_ number: Int) throws(LedgerError) -> RunRow? {
        try runs(limit: 1, before: number + 1).first { $0.run == number }
    }

    /// The rows of the view `service_states`, by name.
    public func serviceStates() throws(LedgerError) -> [ServiceStateRow] {
        try read { (connection) throws(LedgerError) in
            try connection.rows(
                "SELECT service, state, run, seq, at, container_id, cause FROM service_states ORDER BY service",
                as: { (row) throws(LedgerError) in
                    ServiceStateRow(
                        service: row.text(0), state: row.text(1), run: row.int(2), seq: row.int(3), at: row.text(4),
                        containerID: row.optionalText(5), cause: row.optionalText(6))
                })
        }
    }
}
