/// Questions whose answers take no longer in an old ledger than in a new one: each has its index in migrations/0004_lookups.sql.
extension LedgerReader {
    /// The newest run that failed, was interrupted or crashed; of `exec` and `run` only the command they were given failed.
    public func newestFailedRun() throws(LedgerError) -> Int? {
        try numbers(Lookup.failedRun) { (_) throws(LedgerError) in }.first
    }

    /// The newest event before `seq` by which a service came into a state.
    public func newestEntry(of service: String, into state: String, before seq: Int) throws(LedgerError) -> RecordedEvent? {
        try nearest(Lookup.entry, service, state, to: seq)
    }

    /// The first event after `seq` by which a service came into a state.
    public func nextEntry(of service: String, into state: String, after seq: Int) throws(LedgerError) -> RecordedEvent? {
        try nearest(Lookup.nextEntry, service, state, to: seq)
    }

    /// The newest intent before `seq` to do a step for a service.
    public func newestIntent(for service: String, to step: String, before seq: Int) throws(LedgerError) -> RecordedEvent? {
        try nearest(Lookup.intent, service, step, to: seq)
    }

    /// The newest runs in which a service had events, newest first.
    public func runs(of service: String, limit: Int) throws(LedgerError) -> [Int] {
        var runs: Set<Int> = []
        var seq = Int.max
        while runs.count < limit {
            let before = seq
            let run = try numbers("SELECT run FROM events WHERE service = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT 1") {
                (statement) throws(LedgerError) in
                try statement.bind(service, at: 1)
                try statement.bind(before, at: 2)
            }.first
            guard let run else { break }
            let first = try numbers("SELECT seq FROM events WHERE run = ?1 ORDER BY seq LIMIT 1") {
                (statement) throws(LedgerError) in try statement.bind(run, at: 1)
            }.first
            guard let first, first < seq else { break }
            // A command in a container lets other runs work meanwhile: they lie between its first event and its last.
            runs.formUnion(
                try numbers("SELECT DISTINCT run FROM events WHERE service = ?1 AND seq BETWEEN ?2 AND ?3") {
                    (statement) throws(LedgerError) in
                    try statement.bind(service, at: 1)
                    try statement.bind(first, at: 2)
                    try statement.bind(before - 1, at: 3)
                })
            seq = first
        }
        return Array(runs.sorted(by: >).prefix(limit))
    }

    private func nearest(_ sql: String, _ service: String, _ value: String, to seq: Int) throws(LedgerError) -> RecordedEvent? {
        let found = try read { (connection) throws(LedgerError) in
            try connection.rows(
                sql,
                bind: { (statement) throws(LedgerError) in
                    try statement.bind(service, at: 1)
                    try statement.bind(value, at: 2)
                    try statement.bind(seq, at: 3)
                }, as: { (row) throws(LedgerError) in RecordedEvent(row) })
        }
        return try found.first.map { (event) throws(LedgerError) in try genuine(event) }
    }

    private func numbers(_ sql: String, bind: (Statement) throws(LedgerError) -> Void) throws(LedgerError) -> [Int] {
        try read { (connection) throws(LedgerError) in
            try connection.rows(sql, bind: bind, as: { (row) throws(LedgerError) in row.int(0) })
        }
    }
}

/// The statements as the planner must see them to use the indexes: their conditions are those of the indexes, literally.
enum Lookup {
    static let failedRun =
        """
        SELECT run FROM run_projection WHERE outcome IN ('failed', 'interrupted', 'crashed') AND coalesce(command, '') NOT IN ('exec', 'run')
        ORDER BY run DESC LIMIT 1
        """
    static let entry = """
        SELECT \(EventQuery.columns) FROM events
        WHERE type = 'service.state_changed' AND service = ?1 AND json_extract(body, '$.to') = ?2 AND seq < ?3 ORDER BY seq DESC LIMIT 1
        """
    static let nextEntry = """
        SELECT \(EventQuery.columns) FROM events
        WHERE type = 'service.state_changed' AND service = ?1 AND json_extract(body, '$.to') = ?2 AND seq > ?3 ORDER BY seq LIMIT 1
        """
    static let intent = """
        SELECT \(EventQuery.columns) FROM events
        WHERE type = 'step.intended' AND service = ?1 AND json_extract(body, '$.step') = ?2 AND seq < ?3 ORDER BY seq DESC LIMIT 1
        """
}
