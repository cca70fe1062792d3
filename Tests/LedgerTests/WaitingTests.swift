import Synchronization
import Testing

@testable import Ledger

@Suite("B55: another program holds SQLite's lock")
struct WaitingTests {
    @Test("the writer waits for as long as it is told to, loses nothing, and keeps the order")
    func patient() throws {
        let scratch = Scratch()
        try scratch.writer().close()
        let stranger = Mutex<Connection?>(try scratch.stranger())
        let asked = Mutex<[Int]>([])
        let writer = try scratch.writer { seconds in
            asked.withLock { $0.append(seconds) }
            // Gives way only once the writer has begun to lose patience.
            stranger.withLock { $0 = nil }
            return true
        }
        try stranger.withLock { try $0?.execute("BEGIN IMMEDIATE") }
        let answers = Monitor<[CommitLog.Answer]>([])
        for number in 1...5 {
            writer.submit([.note(number)]) { answer in answers.withLock { $0.append(answer) } }
        }
        let all = answers.wait { $0.count == 5 ? $0 : nil }
        #expect(try all.flatMap { try $0.get() }.map(\.monoNs) == [1, 2, 3, 4, 5])
        #expect(asked.withLock { $0 } == [2])
    }

    @Test("told to give up it fails what was handed over, and nothing that follows from that is ever written")
    func impatient() throws {
        let scratch = Scratch()
        let writer = try scratch.writer { _ in false }
        _ = try writer.appendBlocking([.started(1)])
        let stranger = try scratch.stranger()
        try stranger.execute("BEGIN IMMEDIATE")
        let answers = Monitor<[CommitLog.Answer]>([])
        func submit(_ number: Int) {
            writer.submit([.note(number)]) { answer in answers.withLock { $0.append(answer) } }
        }
        submit(2)
        let first = answers.wait { $0.first }
        #expect(refusal { try first.get() }?.code == .locked)
        try stranger.execute("ROLLBACK")
        // The lock is free again, but these come after one that was lost.
        submit(3)
        submit(4)
        let later = answers.wait { $0.count == 3 ? $0.dropFirst() : nil }
        for answer in later { #expect(refusal { try answer.get() }?.code == .locked) }
        #expect(try writer.events().map(\.seq) == [1])
        // What stands by itself is written still.
        #expect(try writer.appendBlocking([.finished(1, "crashed")]).map(\.seq) == [2])
    }

    @Test("what follows from an unacceptable event is not written, in the same commit or later")
    func rejected() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        let stranger = try scratch.stranger()
        var broken = EventDraft.note(2)
        broken.body = "{"
        let answers = Monitor<[CommitLog.Answer]>([])
        try stranger.execute("BEGIN IMMEDIATE")
        for draft in [.note(1), broken, .note(3)] {
            writer.submit([draft]) { answer in answers.withLock { $0.append(answer) } }
        }
        try stranger.execute("ROLLBACK")
        let all = answers.wait { $0.count == 3 ? $0 : nil }
        #expect(try all[0].get().map(\.monoNs) == [1])
        #expect(refusal { try all[1].get() }?.code == .rejected)
        #expect(refusal { try all[2].get() }?.code == .rejected)
        writer.submit([.note(4)]) { answer in answers.withLock { $0.append(answer) } }
        #expect(refusal { try answers.wait { $0.count == 4 ? $0[3] : nil }.get() }?.code == .rejected)
        #expect(try writer.events().map(\.monoNs) == [1])
    }
}
