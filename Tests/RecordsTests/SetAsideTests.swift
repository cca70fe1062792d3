import Glibc
import Ledger
import Reconciler
import Testing

@testable import Orchestrator

@Suite("B55: setting a group's ledger aside")
struct SetAsideTests {
    private func story() -> Story {
        var story = Story()
        story.start(["db", "app"], secret: true)
        story.start(["db", "app"])
        return story
    }

    private func overwrite(_ path: String, at offset: Int? = nil, with bytes: [UInt8]) {
        let descriptor = open(path, O_WRONLY | O_CREAT | (offset == nil ? O_TRUNC : 0), 0o600)
        defer { close(descriptor) }
        _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset ?? 0)) }
    }

    @Test("a sound ledger, and none, are left alone")
    func sound() throws {
        let memory = Memory()
        #expect(try setAsideLedger(memory.setting()) == .nothing)
        try memory.record(story().facts)
        #expect(try setAsideLedger(memory.setting()) == .nothing)
        #expect(try memory.reader().events().count == story().facts.count)
    }

    @Test("a sound ledger is told of when it lies in memory or has become big, and only then")
    func advice() throws {
        func finding(_ kind: FileSystemKind, _ bytes: Int64) -> [String] {
            LedgerExamination.advice(kind: kind, bytes: bytes, directory: "/x/.miniboss/g").map { "\($0.finding). \($0.mend)" }
        }
        #expect(finding(.disk, 1 << 30).isEmpty)
        #expect(finding(.memory, 4096).count == 1)
        let big = finding(.disk, 3_000_000_000)
        #expect(
            big == [
                "the history takes 3.0 GB. To begin a new one: `miniboss stop --remove`, then move /x/.miniboss/g away; it stays readable there."
            ])
        let memory = Memory()
        try memory.record(story().facts)
        #expect(try GroupRecords.examine(directory: memory.directory, ledgerPath: nil)?.problems == [])
    }

    @Test("B55: what tells the newest event is missed when it is gone, empty or no longer to be understood")
    func headGone() throws {
        for content in [nil, "", "garbage\n"] {
            let memory = Memory()
            try memory.record(story().facts)
            #expect(
                try GroupRecords.examine(directory: memory.directory, ledgerPath: nil)?.advice.contains { $0.finding.contains("-head") }
                    == false)
            unlink(memory.path + "-head")
            if let content, let file = fopen(memory.path + "-head", "w") {
                fputs(content, file)
                fclose(file)
            }
            let found = try GroupRecords.examine(directory: memory.directory, ledgerPath: nil)
            #expect(found?.problems == [])
            let told = found?.advice.first { $0.finding.hasPrefix("\(memory.path)-head, which tells the newest event, is gone") }
            #expect(told?.mend.contains("event \(found?.events ?? 0) is the last you know of") == true)
        }
    }

    @Test("a body that is no object is told without a field and without a type of Swift")
    func bodies() {
        func words(_ body: String) -> String? {
            let row = RecordedEvent(
                seq: 1, run: 1, at: "", monoNs: 0, service: "a", type: "hook.finished", version: 1, body: body, operation: nil,
                previousHash: nil, hash: [])
            do throws(OperationError) { _ = try EventCoding.fact(of: row) } catch { return error.message }
            return nil
        }
        #expect(words("[]") == "event 1 (hook.finished, version 1) can't be read: its body is no object")
        let kind = words(#"{"hook":"ping","outcome":"succeeded","seconds":"long"}"#)
        #expect(kind == "event 1 (hook.finished, version 1) can't be read: its `seconds` is of another kind than it should be")
    }

    @Test("a broken chain: the new ledger cites place, last good event and hash, and takes over what later starts need")
    func brokenChain() throws {
        let memory = Memory()
        var story = story()
        story.add("db", VolumesKept(volumes: ["/kept": "a-volume"]))
        story.add("app", StepSucceeded(step: .createContainer, target: "demo_app", result: "app-9", seconds: 1))
        story.add("db", NoteTaken(text: "succeeded"))
        let facts = story.facts
        try memory.record(facts)
        let rows = try memory.reader().events()
        // The last event is changed in place, in a way that keeps the file's form.
        let last = facts.count
        try SQLShell.run(
            memory.path,
            "DROP TRIGGER events_append_only_update; UPDATE events SET body = replace(body, 'succeeded', 'failed') WHERE seq = \(last)")
        // Nobody is told what it says now.
        let forged = try #require(try GroupRecords.open(directory: memory.directory, ledgerPath: nil))
        for read in [{ _ = try forged.facts(run: 2) }, { _ = try forged.context() }] as [() throws -> Void] {
            let error = #expect(throws: OperationError.self) { try read() }
            #expect(error?.code == .ledger && error?.message.contains("is broken at event \(last)") == true)
        }
        let found = try #require(try GroupRecords.examine(directory: memory.directory, ledgerPath: nil))
        #expect(found.problems.first == "event \(last) is the first bad one: its content is not what was hashed")
        #expect(found.mend.contains("miniboss doctor --set-aside"))

        // Written after the last good event.
        overwrite(memory.root + "/.miniboss-context", with: Array(#"{"db_id":3,"late":"x","hidden":"******"}"#.utf8))
        guard case .setAside(let cited) = try setAsideLedger(memory.setting()) else {
            Issue.record("not set aside")
            return
        }
        #expect(cited.lastSeq == last - 1)
        #expect(
            try GroupRecords.examine(directory: memory.directory, ledgerPath: nil)?.advice.contains { $0.finding.contains("-head") }
                == false)
        #expect(cited.lastHash == rows[last - 2].hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        #expect(access("\(cited.directory)/ledger.sqlite", F_OK) == 0)

        let records = try #require(try GroupRecords.open(directory: memory.directory, ledgerPath: nil))
        let first = try #require(try records.facts().first)
        #expect(first.event == .ledgerSetAside(cited))
        let state = try records.state()
        #expect(state.context.values == ["db_id": .int(3), "app_id": .int(2), "late": .string("x")])
        #expect(state.members.map(\.name) == ["db", "app"])
        #expect(state.network == "miniboss-demo")
        #expect(state["db"].keptVolumes == ["/kept": "a-volume"] && state["db"].debts.isEmpty)
        #expect(state["app"].debt(of: "app-9").postStart)
        #expect(state["db"].secretKeys == ["P"] && state["db"].spec?.image == "db:1" && state.openIntents.isEmpty)
        #expect(state.openRuns.isEmpty)
        // The runs count on, so that "run 2" stays one run.
        #expect(try records.newestRuns(limit: 9) == [3])
        #expect(try GroupRecords.examine(directory: memory.directory, ledgerPath: nil)?.problems == [])
        #expect(try setAsideLedger(memory.setting()) == .nothing)
    }

    @Test("runs behind the first bad event have used up their numbers, though nothing else of them is trusted")
    func numbers() throws {
        let memory = Memory()
        try memory.record(story().facts)
        try SQLShell.run(memory.path, "DROP TRIGGER events_append_only_update; UPDATE events SET body = '{}' WHERE seq = 3")
        guard case .setAside(let cited) = try setAsideLedger(memory.setting()) else {
            Issue.record("not set aside")
            return
        }
        #expect(cited.lastSeq == 2)
        #expect(try GroupRecords.open(directory: memory.directory, ledgerPath: nil)?.newestRuns(limit: 9) == [3])
    }

    @Test("cut off with some of the files moved: the new ledger still cites what can be read of the old one", arguments: [1, 2])
    func cutOff(moved: Int) throws {
        let memory = Memory()
        let facts = story().facts
        try memory.record(facts)
        let last = facts.count
        try SQLShell.run(
            memory.path, "DROP TRIGGER events_append_only_update; UPDATE events SET body = '{}' WHERE seq = \(last)")
        let place = memory.directory + "/set-aside-then"
        try #require(mkdir(place, 0o700) == 0 && symlink("set-aside-then", memory.path + "-set-aside") == 0)
        for (suffix, name) in [("", ""), ("-head", "-head-then")].prefix(moved) {
            try #require(rename(memory.path + suffix, "\(place)/ledger.sqlite\(name)") == 0)
        }
        guard case .setAside(let cited) = try setAsideLedger(memory.setting()) else {
            Issue.record("not set aside")
            return
        }
        #expect(cited.directory == place && cited.lastSeq == last - 1 && cited.services.map(\.name) == ["db", "app"])
        #expect(try GroupRecords.examine(directory: memory.directory, ledgerPath: nil)?.problems == [])
        #expect(try GroupRecords.open(directory: memory.directory, ledgerPath: nil)?.newestRuns(limit: 9) == [3])
    }

    @Test("secrets of the context stay secret")
    func secrets() throws {
        let memory = Memory()
        var story = Story()
        story.start(["db"], secret: true)
        try memory.record(story.facts)
        unlink(memory.path + "-head")
        try SQLShell.run(
            memory.path,
            "DROP TRIGGER events_append_only_update; UPDATE events SET hash = zeroblob(32) WHERE seq = (SELECT max(seq) FROM events)")
        guard case .setAside = try setAsideLedger(memory.setting()) else {
            Issue.record("not set aside")
            return
        }
        #expect(try GroupRecords.open(directory: memory.directory, ledgerPath: nil)?.context().secretKeys == ["db_id"])
    }

    @Test("a history that can't have happened is named and can be set aside")
    func impossible() throws {
        let memory = Memory()
        var facts = story().facts
        facts.append(
            RecordedFact(
                seq: 0, run: 2, at: "t", monoNs: 0, service: "db", operation: nil,
                event: .stateChanged(StateChanged(from: .creating, to: .created, event: .containerCreated))))
        try memory.record(facts)
        let found = try #require(try GroupRecords.examine(directory: memory.directory, ledgerPath: nil))
        #expect(found.problems.first?.hasPrefix("event \(facts.count) of service \"db\"") == true)
        guard case .setAside(let cited) = try setAsideLedger(memory.setting()) else {
            Issue.record("not set aside")
            return
        }
        #expect(cited.lastSeq == facts.count)
    }

    @Test("an unreadable file: the context is what the last start wrote for other programs, but for the masked")
    func unreadable() throws {
        let memory = Memory()
        try memory.record(story().facts)
        let context = memory.root + "/.miniboss-context"
        let file = try #require(fopen(context, "w"))
        fputs(#"{"db_id":7,"token":"******","nested":{"a":[1,null]}}"#, file)
        fclose(file)
        overwrite(memory.path, with: Array("no database".utf8))
        guard case .setAside(let cited) = try setAsideLedger(memory.setting()) else {
            Issue.record("not set aside")
            return
        }
        #expect(cited.lastSeq == nil)
        #expect(cited.reason.contains("not a SQLite database") && !cited.reason.contains("--set-aside"))
        let state = try #require(try GroupRecords.open(directory: memory.directory, ledgerPath: nil)).state()
        #expect(state.context.values == ["db_id": .int(7), "nested": .object(["a": .array([.int(1), .null])])])
    }

    @Test("tables that are not what the events add up to are computed anew; nothing is set aside")
    func projections() throws {
        let memory = Memory()
        try memory.record(story().facts)
        try SQLShell.run(memory.path, "UPDATE run_projection SET outcome = 'failed'")
        let found = try #require(try GroupRecords.examine(directory: memory.directory, ledgerPath: nil))
        #expect(found.problems == ["the tables are not what the events add up to: runs: run 1, runs: run 2"] && !found.isBroken)
        #expect(try setAsideLedger(memory.setting()) == .rebuilt)
        #expect(try GroupRecords.examine(directory: memory.directory, ledgerPath: nil)?.problems == [])
    }

    @Test(
        "B55: what else follows from the events is made anew, too, and what somebody else keeps in the file is told of",
        arguments: ["DROP VIEW runs", "DROP TABLE snapshots", "DROP TABLE run_projection", "DROP INDEX events_by_run"])
    func schema(change: String) throws {
        let memory = Memory()
        try memory.record(story().facts)
        let events = try memory.reader().events().count
        try SQLShell.run(memory.path, "\(change); CREATE TABLE mine (a)")
        let found = try #require(try GroupRecords.examine(directory: memory.directory, ledgerPath: nil))
        #expect(found.problems.count >= 1 && !found.isBroken && found.mend.contains("sets nothing aside"))
        #expect(found.advice.contains { $0.finding == "the ledger has in it what miniboss did not make: table mine is not ours" })
        #expect(try setAsideLedger(memory.setting()) == .rebuilt)
        #expect(try GroupRecords.examine(directory: memory.directory, ledgerPath: nil)?.problems == [])
        #expect(try memory.reader().events().count == events)
    }

    @Test("a newer miniboss's ledger is not damaged: it is refused and stays")
    func newer() throws {
        let memory = Memory()
        try memory.record(story().facts)
        try SQLShell.run(memory.path, "PRAGMA user_version = 99")
        let error = #expect(throws: OperationError.self) { try setAsideLedger(memory.setting()) }
        #expect(error?.exitCode == 74)
        #expect(access(memory.path, F_OK) == 0)
    }

    @Test("B57: not while another miniboss is at work: exit 75")
    func busy() throws {
        let memory = Memory()
        let writer = try memory.writer()
        let error = #expect(throws: OperationError.self) { try setAsideLedger(memory.setting()) }
        #expect(error?.exitCode == 75)
        writer.close()
    }
}
