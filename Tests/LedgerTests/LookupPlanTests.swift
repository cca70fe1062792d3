import Testing

@testable import Ledger

@Suite("B50, B53: lookups take as long in an old ledger as in a new one")
struct LookupPlanTests {
    /// What SQLite means to do for a statement.
    private func plan(_ sql: String) throws -> String {
        let scratch = Scratch()
        try scratch.writer().close()
        let connection = try scratch.stranger()
        return try connection.rows("EXPLAIN QUERY PLAN \(sql)") { (row) throws(LedgerError) in row.text(3) }.joined(separator: "; ")
    }

    @Test(
        "each goes by its index and sorts nothing",
        arguments: [
            (Lookup.failedRun, "run_projection_failed"), (Lookup.entry, "events_by_service_state"),
            (Lookup.nextEntry, "events_by_service_state"),
            (Lookup.intent, "events_by_service_step"),
            (EventQuery(run: 1, types: ["a", "b"], limit: 9).sql, "events_by_run"),
            (EventQuery(run: 1, service: "s", limit: 9).sql, "events_by_run"),
            (EventQuery(service: "s", limit: 9, newestFirst: true).sql, "events_by_service"),
            (EventQuery(operation: "o").sql, "events_by_operation"),
            (EventQuery(after: 7, limit: 9).sql, "INTEGER PRIMARY KEY"),
        ])
    func index(sql: String, name: String) throws {
        let found = try plan(sql)
        // The first row of an index that holds nothing else is found without a search.
        #expect(found.contains(name == "run_projection_failed" ? "SCAN" : "SEARCH") && found.contains(name), "\(found)")
        #expect(!found.contains("TEMP B-TREE"), "\(found)")
    }

    @Test("a failed command of exec or run is no failure of the group, and is not what a post-mortem is about")
    func failedRunOfGroup() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking([.started(1), .finished(1, "failed"), .started(2, command: "exec"), .finished(2, "failed")])
        _ = try writer.appendBlocking([.started(3, command: "run"), .finished(3, "crashed")])
        #expect(try writer.reader.newestFailedRun() == 1)
        _ = try writer.appendBlocking([.started(4, command: "stop"), .finished(4, "interrupted")])
        #expect(try writer.reader.newestFailedRun() == 4)
        writer.close()
    }
}
