import FoundationEssentials
import Reconciler
import TestSupport
import Testing

@testable import Ledger
@testable import Orchestrator

@Suite("B52: replay")
struct ReplayTests {
    /// The same facts by the two ways there are: decoded in full, and from their bytes.
    private func replayed(_ state: inout GroupState, _ fact: RecordedFact, _ body: String, version: Int = 1) throws -> Bool {
        var type = Swift.type(of: fact.event.body).type
        var body = body
        return try type.withUTF8 { type in
            try body.withUTF8 { body in
                try state.replay(
                    seq: fact.seq, run: fact.run, type: type, version: version, service: fact.service, operation: fact.operation, body: body
                )
            }
        }
    }

    @Test("an event's bytes do to a state what the event does, one by one through random lives", arguments: UInt64(0)..<40)
    func bytes(seed: UInt64) throws {
        let facts = Story.random(seed: seed).facts
        var decoded = GroupState()
        var fromBytes = GroupState()
        var inFull = 0
        for fact in facts {
            try decoded.apply(fact)
            if try !replayed(&fromBytes, fact, EventCoding.body(of: fact.event)) {
                try fromBytes.apply(fact)
                inFull += 1
            }
            #expect(fromBytes == decoded, "seed \(seed), event \(fact.seq)")
        }
        // Failures, nested values and escapes are read in full, everything else is not.
        #expect(inFull * 2 < facts.count, "seed \(seed): \(inFull) of \(facts.count)")
    }

    @Test("a step of which nobody knows how it ended is settled when nobody looks any more, and open until then")
    func untold() throws {
        for (resolved, isOpen) in [(nil, true), ("unknown", false)] as [(String?, Bool)] {
            let events: [Event] = [
                StepIntended(step: .pullImage, cause: "c", target: "t").event,
                StepUnknown(step: .pullImage, target: "t", error: "killed", resolved: resolved).event,
            ]
            var decoded = GroupState()
            var fromBytes = GroupState()
            for (index, event) in events.enumerated() {
                let fact = RecordedFact(seq: index + 1, run: 1, at: "", monoNs: 0, service: "db", operation: "o", event: event)
                try decoded.apply(fact)
                if try !replayed(&fromBytes, fact, EventCoding.body(of: event)) { try fromBytes.apply(fact) }
            }
            #expect(fromBytes == decoded && decoded.openIntents.isEmpty != isOpen)
        }
    }

    @Test("an impossible event is refused by both ways with the same words, and changes nothing")
    func impossible() throws {
        let fact = RecordedFact(
            seq: 9, run: 1, at: "", monoNs: 0, service: "db", operation: nil,
            event: .stateChanged(StateChanged(from: .created, to: .starting, event: .startBegan)))
        var state = GroupState()
        let slow = #expect(throws: IllegalHistory.self) { try state.apply(fact) }
        var other = GroupState()
        let fast = #expect(throws: IllegalHistory.self) { _ = try replayed(&other, fact, try EventCoding.body(of: fact.event)) }
        #expect(slow == fast)
        #expect(other.services["db"]?.phase ?? .absent == .absent)
    }

    @Test(
        "texts of another form are left to the decoder and change nothing",
        arguments: [
            #"{"from":"absent","to":"waiting"}"#, #"{"from":"absent","to":"nowhere","event":"planned"}"#, "{}", "[]", "3", "", "{",
            #"{"from":"absent","to":"waiting","event":"planned""#, #"{"from":"abs\u0065nt","to":"waiting","event":"planned"}"#,
            #"{"from":"absent","to":"waiting","event":"planned","failure":{"class":"unhealthy"}}"#, #"{"from":"absent","#, #"{"a":"\"#,
        ])
    func unusual(body: String) throws {
        let fact = RecordedFact(
            seq: 1, run: 1, at: "", monoNs: 0, service: "db", operation: nil,
            event: .stateChanged(StateChanged(from: .absent, to: .waiting, event: .planned)))
        var state = GroupState()
        #expect(try !replayed(&state, fact, body))
        #expect(state == GroupState())
        #expect(try !replayed(&state, fact, EventCoding.body(of: fact.event), version: 2))
        #expect(state == GroupState())
    }

    @Test("space between tokens, members in another order and members of later versions are understood")
    func spacious() throws {
        let fact = RecordedFact(
            seq: 1, run: 1, at: "", monoNs: 0, service: "db", operation: nil,
            event: .stateChanged(StateChanged(from: .absent, to: .waiting, event: .planned)))
        var state = GroupState()
        let body = #" { "to" : "waiting" , "new" : [ 1.5e3 , { "x" : "a\"b" } , null ] , "event" : "planned" , "from" : "absent" } "#
        #expect(try replayed(&state, fact, body))
        #expect(state["db"].phase == .waiting)
    }

    @Test("the whole fold is a snapshot and the fold of what came after it, for every cut", arguments: UInt64(100)..<104)
    func everyCut(seed: UInt64) throws {
        let memory = Memory()
        let facts = Story.random(seed: seed, runs: 4).facts
        try memory.record(facts)
        let whole = try GroupState(folding: facts)
        let writer = try memory.writer()
        defer { writer.close() }
        #expect(try Replay(writer.reader).state == whole)
        for cut in 1...facts.count {
            let part = try GroupState(folding: facts.prefix(cut))
            try writer.keepSnapshot(Snapshot(upTo: cut, body: Replay.text(of: part)), version: GroupState.foldVersion)
            let replay = try Replay(writer.reader)
            #expect(replay.state == whole, "seed \(seed), cut \(cut)")
            #expect(replay.length == facts.count - cut)
            #expect(replay.seq == facts.count)
        }
    }

    @Test("a ledger that grows run by run comes to the same with and without snapshots, whichever are lost", arguments: UInt64(200)..<206)
    func losses(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let memory = Memory()
        let facts = Story.random(seed: seed, runs: 8).facts
        var rest = facts[...]
        while !rest.isEmpty {
            let part = rest.prefix(Int.random(in: 1...25, using: &generator))
            rest = rest.dropFirst(part.count)
            let writer = try memory.writer()
            try memory.record(Array(part), with: writer)
            let replay = try Replay(writer.reader)
            #expect(replay.state == (try Replay(writer.reader, usesSnapshots: false).state), "seed \(seed), event \(replay.seq)")
            if Bool.random(using: &generator) { try writer.keepSnapshot(replay.snapshot(), version: GroupState.foldVersion) }
            writer.close()
            if Int.random(in: 0..<4, using: &generator) == 0 { try SQLShell.run(memory.path, "DELETE FROM snapshots") }
        }
        #expect(try Replay(memory.reader()).state == GroupState(folding: facts), "seed \(seed)")
    }

    @Test(
        "a snapshot that is not this history's, not of this fold or not whole is passed over",
        arguments: [
            "UPDATE snapshots SET hash = zeroblob(32)", "UPDATE snapshots SET version = version + 1", "UPDATE snapshots SET seq = seq - 1",
            "UPDATE snapshots SET body = replace(body, '9f31', '0000'), checksum = zeroblob(32)",
            "UPDATE snapshots SET body = replace(body, 'db', 'dc')", "UPDATE snapshots SET body = '{}'", "DELETE FROM snapshots",
            "UPDATE snapshots SET seq = 900",
        ])
    func wrong(change: String) throws {
        let memory = Memory()
        let facts = Story.random(seed: 7).facts
        try memory.record(facts)
        let writer = try memory.writer()
        try writer.keepSnapshot(Replay(writer.reader).snapshot(), version: GroupState.foldVersion)
        #expect(try Replay(writer.reader).length == 0)
        writer.close()
        try SQLShell.run(memory.path, change)
        let replay = try Replay(memory.reader())
        #expect(replay.length == facts.count)
        #expect(try replay.state == GroupState(folding: facts))
    }

    @Test("a start that had to read much leaves a snapshot, and the next one reads little")
    func left() throws {
        let memory = Memory()
        var story = Story()
        while story.facts.count <= Replay.longest {
            story.start(["db", "app"])
            story.stop(["db", "app"])
        }
        try memory.record(story.facts)
        #expect(try Replay(memory.reader()).length == story.facts.count)
        let ledger = try openGroupLedger(memory.setting("start"))
        let state = try ledger.foldedState()
        ledger.close()
        #expect(state == (try GroupState(folding: story.facts)))
        let replay = try Replay(memory.reader())
        #expect(replay.length == 0 && replay.state == state)
        #expect(try GroupRecords.examine(directory: memory.directory, ledgerPath: nil)?.problems == [])
    }

    @Test("B55: a start refuses a ledger in which any event that it goes by was changed, and names it", arguments: [1, 9, 17])
    func changed(seq: Int) throws {
        let memory = Memory()
        var story = Story()
        story.start(["db"])
        story.start(["db"])
        try memory.record(story.facts)
        // As somebody careful does it, who puts the trigger back.
        let trigger = try #require(
            Migration.all[0].sql.split(separator: "\n\n").first { $0.contains("CREATE TRIGGER events_append_only_update") })
        try SQLShell.run(
            memory.path,
            "DROP TRIGGER events_append_only_update; UPDATE events SET mono_ns = mono_ns + 1 WHERE seq = \(seq); \(trigger)")
        let error = #expect(throws: OperationError.self) { try openGroupLedger(memory.setting("start")).foldedState() }
        #expect(error?.exitCode == 74)
        #expect(error?.message.contains("broken at event \(seq)") == true && error?.next?.contains("--set-aside") == true)
        // The lock is free again.
        guard case .setAside(let cited) = try setAsideLedger(memory.setting()) else {
            Issue.record("not set aside")
            return
        }
        #expect(cited.lastSeq == (seq == 1 ? nil : seq - 1))
    }

    @Test("the fold and its shape are those of its version: when this fails, raise GroupState.foldVersion")
    func golden() throws {
        var story = Story()
        story.start(["db", "app"])
        story.stop(["app"])
        // One open run and one secret: sets have no order.
        story.start(["app"], secret: true, outcome: nil)
        story.add("db", StepIntended(step: .stopContainer, cause: "why", target: "db-1"), operation: "7f2a")
        let text = try Replay.text(of: GroupState(folding: story.facts))
        let hash = Array(text.utf8).reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        #expect(GroupState.foldVersion == 11)
        #expect(String(hash, radix: 16) == "9b5c4ef92a5575b", "\(text)")
    }
}
