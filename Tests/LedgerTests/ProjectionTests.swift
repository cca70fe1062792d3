import TestSupport
import Testing

@testable import Ledger

@Suite("Projections")
struct ProjectionTests {
    @Test("B50: a run is there from its first event, running until it is closed, and a recovery can close it")
    func runs() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking([.started(1)])
        let open = RunRow(
            run: 1, command: "start", arguments: #"["--timeout","5"]"#, startedAt: EventDraft.time, finishedAt: nil,
            outcome: "running", definition: "9f31c2", engine: "20.10.24")
        #expect(try writer.reader.runs() == [open])
        _ = try writer.appendBlocking([.started(2, command: "stop"), .finished(1, "crashed"), .finished(2, "failed")])
        // A closed run stays closed.
        _ = try writer.appendBlocking([.finished(1, "succeeded"), .finished(9, "succeeded")])
        let rows = try writer.reader.runs()
        #expect(rows.map(\.run) == [2, 1])
        #expect(rows.map(\.outcome) == ["failed", "crashed"])
        #expect(rows.map(\.command) == ["stop", "start"])
        #expect(rows.map(\.finishedAt) == [EventDraft.time, EventDraft.time])
        #expect(try writer.reader.runs(limit: 1).map(\.run) == [2])
        #expect(try writer.reader.runs(before: 2).map(\.run) == [1])
        #expect(try writer.reader.run(1)?.outcome == "crashed")
        #expect(try writer.reader.run(9) == nil)
    }

    @Test("B52: a service's row is its newest state")
    func services() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking([
            .state("db", "pinging", container: "4be1"), .state("app", "waiting"), .state("db", "running", run: 2, container: "4be1"),
        ])
        let rows = try writer.reader.serviceStates()
        #expect(
            rows == [
                ServiceStateRow(service: "app", state: "waiting", run: 1, seq: 2, at: EventDraft.time, containerID: nil, cause: nil),
                ServiceStateRow(
                    service: "db", state: "running", run: 2, seq: 3, at: EventDraft.time, containerID: "4be1", cause: nil),
            ])
    }

    @Test("B52: on random events the incremental projections are those computed from the events", arguments: 0..<12)
    func random(round: UInt64) throws {
        let seed = 0x6d62_0000 + round
        var generator = SeededGenerator(seed: seed)
        let scratch = Scratch()
        let writer = try scratch.writer()
        for _ in 0..<6 {
            let batch = (0..<Int.random(in: 1...12, using: &generator)).map { _ in Self.draft(&generator) }
            _ = try writer.appendBlocking(batch)
            #expect(try writer.reader.verify().projectionDifferences == [], "seed \(seed)")
        }
        let runs = try writer.reader.runs()
        let services = try writer.reader.serviceStates()
        try writer.rebuildProjections()
        #expect(try writer.reader.runs() == runs, "seed \(seed)")
        #expect(try writer.reader.serviceStates() == services, "seed \(seed)")
    }

    @Test("B52: a changed projection is reported, and mended by a rebuild")
    func mended() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking([.started(1), .state("db", "running"), .finished(1, "failed"), .started(2)])
        let before = try writer.reader.runs()
        try scratch.stranger().execute(
            """
            UPDATE run_projection SET outcome = 'succeeded' WHERE run = 1;
            DELETE FROM run_projection WHERE run = 2;
            UPDATE service_projection SET container_id = 'x';
            INSERT INTO service_projection VALUES ('ghost', 'running', 1, 1, '', NULL, NULL);
            """)
        let report = try writer.reader.verify()
        #expect(report.fault == nil)
        #expect(
            report.projectionDifferences == [
                "runs: run 1", "runs: run 2", "service_states: service db", "service_states: service ghost",
            ])
        try writer.rebuildProjections()
        #expect(try writer.reader.verify().isSound)
        #expect(try writer.reader.runs() == before)
    }

    /// Events in any order and of any shape, as long as the body is JSON.
    private static func draft(_ generator: inout SeededGenerator) -> EventDraft {
        let scalars = ["null", "1", "1.50", "true", #""text""#, #"["a", 1]"#, #"{"b":null}"#]
        let keys = ["command", "arguments", "definition", "engine", "outcome", "to", "from", "cause", "container_id"]
        let members = keys.compactMap { key in
            Bool.random(using: &generator) ? #""\#(key)": \#(scalars.randomElement(using: &generator) ?? "0")"# : nil
        }
        let bodies = ["{\(members.joined(separator: ", "))}", "{\(members.joined(separator: ", "))}", "3", "null", "[]"]
        let types = ["run.started", "run.finished", "service.state_changed", "service.state_changed", "test.noted"]
        return EventDraft(
            run: Int.random(in: 1...4, using: &generator), service: ["db", "app", nil].randomElement(using: &generator) ?? nil,
            type: types.randomElement(using: &generator) ?? "", version: 1, body: bodies.randomElement(using: &generator) ?? "",
            at: "t\(generator.next() % 100)", monoNs: 0)
    }
}
