import Digest
import Testing

@testable import Ledger

@Suite("The hash chain")
struct ChainTests {
    /// Ten events of two runs; the second was cut off when `finished` is false.
    /// - Parameter padding: bytes of its first note.
    private func ledger(finished: Bool = true, padding: Int = 0) throws -> Scratch {
        let scratch = Scratch()
        let writer = try scratch.writer()
        var notes = (2...4).map { EventDraft.note($0) }
        if padding > 0 { notes[0].body = "\"\(String(repeating: "x", count: padding))\"" }
        _ = try writer.appendBlocking([.started(1)] + notes + [.finished(1, "succeeded")])
        _ = try writer.appendBlocking([.started(2)] + (7...9).map { .note($0, run: 2) })
        _ = try writer.appendBlocking([finished ? .finished(2, "succeeded") : .note(10, run: 2)])
        writer.close()
        return scratch
    }

    /// Edits rows as somebody would who drops the triggers first.
    private func tamper(_ scratch: Scratch, _ sql: String) throws {
        let stranger = try scratch.stranger()
        try stranger.execute(
            """
            DROP TRIGGER events_append_only_update;
            DROP TRIGGER events_append_only_delete;
            DROP TRIGGER events_append_only_insert;
            \(sql)
            """)
    }

    /// Puts back the triggers that `tamper` took away, as somebody careful would.
    private func coverUp(_ scratch: Scratch) throws {
        let statements = Migration.all[0].sql.split(separator: "\n\n").compactMap { block in
            block.firstRange(of: "CREATE TRIGGER ").map { block[$0.lowerBound...] }
        }
        try scratch.stranger().execute(statements.joined(separator: "\n"))
    }

    @Test("the bytes that are hashed never change")
    func golden() {
        let first = EventDraft(
            run: 7, service: nil, type: "run.started", version: 1, body: #"{"command":"start"}"#, operation: nil,
            at: "2026-01-02T03:04:05.000000006Z", monoNs: 1234)
        let second = EventDraft(
            run: 7, service: "db", type: "step.intended", version: 2, body: "{}", operation: "7f2a",
            at: "2026-01-02T03:04:06.000000006Z", monoNs: -1)
        let hash = EventHash.compute(first, seq: 1, previousHash: nil)
        #expect(Hex.encode(hash) == "9e687d7e78ac7a2dbe46e1fec657b18f2fdbcded928df0ae193e7e9c534f98d1")
        let next = EventHash.compute(second, seq: 2, previousHash: hash)
        #expect(Hex.encode(next) == "307c8116d57ba4ab4ff8aeaa24147d390552098b31b15411f6f8d220c220205d")
    }

    @Test(
        "B55: a change of any column is found at its seq",
        arguments: [
            "run = 3", "at = 'x'", "mono_ns = 99", "service = 'x'", "type = 'x'", "version = 2", "body = '{\"number\":8 }'",
            "operation = 'x'", "operation = ''", "hash = zeroblob(32)",
        ])
    func tampered(change: String) throws {
        let scratch = try ledger()
        #expect(try scratch.reader().verify().isSound)
        try tamper(scratch, "UPDATE events SET \(change) WHERE seq = 8")
        let report = try scratch.reader().verify()
        #expect(report.fault == ChainReport.Fault(seq: 8, flaw: .hash))
        #expect(report.head?.seq == 7)
        #expect(!report.isSound)
    }

    @Test("B55: a removed row, a rewritten link and a stray row are found")
    func brokenLinks() throws {
        let removed = try ledger()
        try tamper(removed, "DELETE FROM events WHERE seq IN (4, 5)")
        #expect(try removed.reader().verify().fault == ChainReport.Fault(seq: 6, flaw: .gap(expected: 4)))

        let relinked = try ledger()
        try tamper(relinked, "UPDATE events SET previous_hash = NULL WHERE seq = 3")
        #expect(try relinked.reader().verify().fault == ChainReport.Fault(seq: 3, flaw: .previousHash))

        let stray = try ledger()
        try tamper(stray, "UPDATE events SET seq = -4 WHERE seq = 10")
        #expect(try stray.whatIsLeft().verify().fault == ChainReport.Fault(seq: -4, flaw: .gap(expected: 1)))
    }

    @Test("B55: dropped triggers are reported, a rewritten tail shows against an anchored head")
    func schemaAndTail() throws {
        let scratch = try ledger()
        let anchor = try scratch.reader().head()
        try tamper(scratch, "DELETE FROM events WHERE seq = 10")
        #expect(refusal { try scratch.reader() }?.code == .tailLost(last: 9, known: 10))
        #expect(refusal { try scratch.writer() }?.code == .tailLost(last: 9, known: 10))
        let report = try scratch.whatIsLeft().verify()
        #expect(report.schemaDifferences.map(\.words).contains("trigger events_append_only_delete is missing"))
        #expect(report.fault == ChainReport.Fault(seq: 10, flaw: .lost(known: 10)))
        #expect(report.head != anchor)
    }

    @Test(
        "B55: what follows from the events and was dropped or changed is named before anything is added, and made anew",
        arguments: [
            "DROP VIEW runs", "DROP TABLE service_projection", "DROP TABLE run_projection", "DROP INDEX events_by_service_state",
            "DROP TRIGGER project_run_finished", "DROP VIEW service_states; CREATE VIEW service_states AS SELECT 1",
            "DROP TABLE snapshots", "DROP TRIGGER events_append_only_delete",
        ])
    func remade(change: String) throws {
        let scratch = try ledger()
        let before = try scratch.reader().runs()
        try scratch.stranger().execute(change)
        let refused = try #require(refusal { try scratch.writer() })
        #expect(refused.code == .schemaMismatch && refused.next?.contains("makes that anew") == true, "\(refused)")
        let report = try scratch.whatIsLeft().verify()
        #expect(report.fault == nil && report.damage.isEmpty)
        #expect(!report.schemaDifferences.isEmpty && report.schemaDifferences.allSatisfy(\.canBeRemade))
        try remake(scratch)
        #expect(try scratch.reader().verify().isSound)
        #expect(try scratch.reader().runs() == before)
        try scratch.writer().close()
    }

    @Test("B55: of a ledger that is to be lifted to a newer schema, what the migration builds on is made anew, too")
    func remadeBeforeMigration() throws {
        let scratch = try ledger()
        let before = try scratch.reader().runs()
        let former = "DROP INDEX run_projection_failed; DROP INDEX events_by_service_state; DROP INDEX events_by_service_step;"
        try scratch.stranger().execute("\(former) DELETE FROM migrations WHERE number = 4; PRAGMA user_version = 3")
        #expect(try scratch.reader().verify().isSound)
        try scratch.stranger().execute("DROP TABLE run_projection")
        let refused = try #require(refusal { try scratch.writer() })
        #expect(refused.code == .schemaMismatch && refused.next?.contains("makes that anew") == true, "\(refused)")
        try remake(scratch)
        #expect(try scratch.reader().verify().isSound)
        #expect(try scratch.reader().runs() == before)
        try scratch.writer().close()
    }

    private func remake(_ scratch: Scratch) throws {
        let holder = LockHolder(pid: 1, command: "doctor", startedAt: "2026-01-01T00:00:00.000000000Z")
        try LedgerSuccession.begin(directory: scratch.directory, holder: holder).remake()
    }

    @Test("B55: without the events as they were, or with a trigger of somebody's, nothing is made anew")
    func notRemade() throws {
        for (change, word) in [
            ("ALTER TABLE events ADD COLUMN mine TEXT", "table events is not as its migration made it"),
            ("CREATE TRIGGER mine AFTER INSERT ON events BEGIN DELETE FROM run_projection; END", "trigger mine is not ours"),
        ] {
            let scratch = try ledger()
            try scratch.stranger().execute(change)
            let refused = try #require(refusal { try scratch.writer() })
            #expect(refused.code == .schemaMismatch && refused.message.contains(word), "\(refused)")
            #expect(refused.next?.contains("moves it away whole") == true)
        }
    }

    @Test("B55: what somebody else keeps in the file is left alone, and keeps nobody from anything")
    func foreign() throws {
        let scratch = try ledger()
        try scratch.stranger().execute("CREATE TABLE mine (a); CREATE VIEW theirs AS SELECT 1; CREATE INDEX own ON mine (a)")
        try scratch.writer().close()
        let report = try scratch.reader().verify()
        #expect(report.isSound && report.schemaDifferences.count == 3)
        try scratch.stranger().execute("DROP VIEW runs")
        #expect(refusal { try scratch.writer() }?.next?.contains("makes that anew") == true)
        try remake(scratch)
        #expect(try scratch.reader().verify().schemaDifferences.count == 3)
    }

    @Test("the counts by which an untouched schema is known are those of a new ledger")
    func counts() throws {
        let scratch = try ledger()
        let connection = try Connection(path: scratch.path, access: .readOnly)
        #expect(try connection.integer("PRAGMA schema_version") == Migration.changes)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema") == Migration.objects)
    }

    @Test("B55: damage where nobody reads keeps anything from being added to a small ledger")
    func unreadDamage() throws {
        let scratch = try ledger()
        let place: Int
        do {
            let connection = try scratch.stranger()
            // The page of an index that opening does not use.
            let page = try connection.integer("SELECT rootpage FROM sqlite_schema WHERE name = 'events_by_operation'")
            place = try (page - 1) * connection.integer("PRAGMA page_size")
        }
        var bytes = Bytes.read(scratch.path)
        for index in 0..<64 { bytes[place + index] = 0xff }
        Bytes.write(bytes, to: scratch.path)
        let refused = try #require(refusal { try scratch.writer() })
        #expect(refused.code == .corrupt, "\(refused)")
    }

    @Test("B55, B56: opening a small ledger checks all of it, a larger one its end, and after an unclean end the last run")
    func uncleanEnd() throws {
        let small = try ledger()
        try tamper(small, "UPDATE events SET body = '{}' WHERE seq = 7")
        #expect(refusal { try small.writer() }?.code == .chainBroken(seq: 7))

        let unclean = try ledger(finished: false, padding: Connection.smallChainSize)
        try tamper(unclean, "UPDATE events SET body = '{}' WHERE seq = 7")
        let error = #expect(throws: LedgerError.self) { try unclean.writer() }
        #expect(error?.code == .chainBroken(seq: 7))

        let clean = try ledger(padding: Connection.smallChainSize)
        try tamper(clean, "UPDATE events SET body = '{}' WHERE seq = 7")
        #expect(refusal { try clean.writer() }?.code == .schemaMismatch)
        try coverUp(clean)
        #expect(throws: Never.self) { try clean.writer().close() }

        let head = try ledger()
        try tamper(head, "UPDATE events SET body = '{}' WHERE seq = 10")
        let refusal = #expect(throws: LedgerError.self) { try head.writer() }
        #expect(refusal?.code == .chainBroken(seq: 10))
    }
}
