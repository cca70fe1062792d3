import Testing

@testable import Ledger

@Suite("Append-only, against any program")
struct AppendOnlyTests {
    private func filled() throws -> (Scratch, Connection) {
        let scratch = Scratch()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking((1...5).map { EventDraft.note($0) })
        writer.close()
        return (scratch, try scratch.stranger())
    }

    @Test(
        "B52: no row is changed, removed or replaced, whatever the pragma",
        arguments: [
            "UPDATE events SET body = '{}'",
            "UPDATE OR REPLACE events SET seq = 1 WHERE seq = 2",
            "DELETE FROM events",
            "DELETE FROM events WHERE seq = 5",
            "INSERT OR REPLACE INTO events SELECT * FROM events WHERE seq = 3",
            """
            REPLACE INTO events
            SELECT seq, run, at, mono_ns, service, type, version, '{}', operation, previous_hash, hash FROM events WHERE seq = 5
            """,
            """
            INSERT OR IGNORE INTO events
            SELECT seq, 9, at, mono_ns, service, type, version, body, operation, previous_hash, hash FROM events
            """,
            "INSERT INTO events SELECT * FROM events WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET body = '{}'",
        ], [false, true])
    func refused(statement: String, recursive: Bool) throws {
        let (scratch, stranger) = try filled()
        let before = try stranger.events(EventQuery())
        try stranger.execute("PRAGMA recursive_triggers = \(recursive ? "ON" : "OFF")")
        #expect(throws: LedgerError.self) { try stranger.execute(statement) }
        #expect(try stranger.events(EventQuery()) == before)
        withExtendedLifetime(scratch) {}
    }

    @Test("B52: a row is only added with the next seq, the right previous hash and a hash")
    func gapless() throws {
        let (scratch, stranger) = try filled()
        let head = try #require(try stranger.head())
        func add(seq: Int, previous: [UInt8]?, hash: [UInt8]) -> Bool {
            let draft = EventDraft.note(9)
            let event = RecordedEvent(
                seq: seq, run: 1, at: draft.at, monoNs: 9, service: nil, type: draft.type, version: 1, body: draft.body,
                operation: nil, previousHash: previous, hash: hash)
            do {
                try stranger.insert(event)
                return true
            } catch {
                return false
            }
        }
        let hash = EventHash.compute(.note(9), seq: 6, previousHash: head.hash)
        #expect(!add(seq: 7, previous: head.hash, hash: hash))
        #expect(!add(seq: 0, previous: nil, hash: hash))
        #expect(!add(seq: -1, previous: nil, hash: hash))
        #expect(!add(seq: 6, previous: nil, hash: hash))
        #expect(!add(seq: 6, previous: hash, hash: hash))
        #expect(!add(seq: 6, previous: head.hash, hash: [1, 2, 3]))
        #expect(throws: LedgerError.self) {
            try stranger.execute("INSERT INTO events (run, at, mono_ns, type, version, body) VALUES (1, '', 0, 'x', 1, '{}')")
        }
        #expect(add(seq: 6, previous: head.hash, hash: hash))
        #expect(try scratch.reader().verify().isSound)
    }

    @Test("a writer goes on after a valid row that another program added")
    func foreignAppend() async throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        let first = try await writer.append([.note(1)])
        try scratch.stranger().insert(RecordedEvent(.note(2), seq: 2, previousHash: first[0].hash))
        #expect(try await writer.append([.note(3)]).map(\.seq) == [3])
        #expect(try writer.reader.verify().isSound)
    }

    @Test("the table, the views and the header are those of the contract")
    func contract() throws {
        let (scratch, stranger) = try filled()
        func columns(_ name: String) throws -> [String] {
            try stranger.texts("SELECT name FROM pragma_table_info('\(name)')")
        }
        #expect(
            try columns("events") == [
                "seq", "run", "at", "mono_ns", "service", "type", "version", "body", "operation", "previous_hash", "hash",
            ])
        #expect(try stranger.integer("SELECT strict FROM pragma_table_list('events')") == 1)
        #expect(
            try columns("runs") == [
                "run", "command", "arguments", "started_at", "finished_at", "outcome", "definition", "engine",
            ])
        #expect(try columns("service_states") == ["service", "state", "run", "seq", "at", "container_id", "cause"])
        #expect(try stranger.integer("PRAGMA application_id") == 0x6d62_4c67)
        #expect(try stranger.integer("PRAGMA user_version") == Migrator.supportedVersion)
        #expect(try stranger.texts("PRAGMA journal_mode") == ["wal"])
        withExtendedLifetime(scratch) {}
    }

    @Test("B56: the writer works as durability asks")
    func pragmas() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        func pragma(_ name: String) throws -> String? {
            try writer.perform { (log) throws(LedgerError) in try log.connection.texts("PRAGMA \(name)") }.first
        }
        #expect(try pragma("journal_mode") == "wal")
        #expect(try pragma("synchronous") == "2")
        #expect(try pragma("recursive_triggers") == "1")
        #expect(try pragma("busy_timeout") == "2000")
    }
}
