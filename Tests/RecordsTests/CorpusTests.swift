import Glibc
import Ledger
import Reconciler
import Testing

@testable import Orchestrator

/// Ledgers as earlier schemas left them, frozen by `scripts/dump-ledger`: the same life of a group in each. They also hold the
/// checksums of the migrations, none of which may change once it was released.
@Suite("B52: ledgers of every schema there was") struct CorpusTests {
    private static let directory = String(#filePath.dropLast("CorpusTests.swift".count)) + "Corpus"
    private static let schemas = ["0001", "0002", "0003", "0004"]

    private func unfrozen(_ schema: String) throws -> Memory {
        let memory = Memory()
        try memory.writer().close()
        for file in [memory.path, memory.path + "-head"] { unlink(file) }
        let file = try #require(fopen(memory.path, "we"))
        fclose(file)
        try SQLShell.run(memory.path, HostFiles.text("\(Self.directory)/\(schema).sql"))
        return memory
    }

    private func check(_ records: GroupRecords) throws {
        #expect(try records.newestRuns(limit: 9) == [4, 3, 2, 1])
        #expect(try records.newestFailedRun() == 3)
        let state = try records.state()
        #expect(state.context.values == ["db_id": .int(1), "app_id": .int(3)])
        #expect(state.context.secretKeys == ["db_id"])
        #expect(state["db"].phase == .running && state["db"].containerID == "db-1")
        #expect(state["db"].keptVolumes == ["/data": "v4"])
        #expect(state["app"].phase == .absent)
        let summary = try #require(RunSummary(records.facts(run: 3), isAtWork: false))
        #expect(summary.command == "start" && summary.outcome == .failed)
    }

    @Test("each is read as it is, brought up to date, and goes on", arguments: schemas)
    func migrates(schema: String) throws {
        let memory = try unfrozen(schema)
        let facts = try #require(try GroupRecords.open(directory: memory.directory, ledgerPath: nil)).facts()
        #expect(facts.count == 57)
        let writer = try memory.writer()
        #expect(try writer.foldedState() == GroupState(folding: facts))
        #expect(try writer.nextRunNumber() == 5)
        _ = try memory.record([RecordedFact.note(run: 5, after: facts.count)], with: writer)
        writer.close()
        try check(try #require(try GroupRecords.open(directory: memory.directory, ledgerPath: nil)))
        #expect(try GroupRecords.examine(directory: memory.directory, ledgerPath: nil)?.problems == [])
    }

    @Test("the newest one is what its own schema says")
    func newest() throws {
        let memory = try unfrozen(try #require(Self.schemas.last))
        #expect(try GroupRecords.examine(directory: memory.directory, ledgerPath: nil)?.problems == [])
    }
}

extension RecordedFact {
    fileprivate static func note(run: Int, after seq: Int) -> RecordedFact {
        RecordedFact(
            seq: seq + 1, run: run, at: "2026-01-02T00:00:00.000000000Z", monoNs: 1, service: nil, operation: nil,
            event: .noteTaken(NoteTaken(text: "one more")))
    }
}
