import Foundation
import Testing

@testable import Ledger

@Suite("Appending")
struct AppendTests {
    @Test("B52: what was appended is read back byte for byte, in order, by the writer and after it closed")
    func replay() async throws {
        let scratch = Scratch()
        let drafts = [
            EventDraft.started(1),
            EventDraft(
                run: 1, service: "ünïcode-👩‍👩‍👧", type: "test.odd", version: 3, body: "{ \"spaces\" : [1.0, \"\\u0000\", null] }",
                operation: "op-7", at: EventDraft.time, monoNs: .max),
            EventDraft(run: 1, service: "", type: "test.empty", body: "[]", operation: "", at: "", monoNs: .min),
            .finished(1, "succeeded"),
        ]
        let writer = try scratch.writer()
        var recorded = try await writer.append(Array(drafts[..<1]))
        recorded += try writer.appendBlocking(Array(drafts[1...]))
        #expect(recorded.map(\.seq) == [1, 2, 3, 4])
        #expect(recorded.map(\.draft) == drafts)
        #expect(recorded.map(\.previousHash) == [nil] + recorded.dropLast().map(\.hash))
        #expect(try writer.events() == recorded)
        #expect(writer.head == ChainHead(seq: 4, hash: recorded[3].hash))
        writer.close()
        let reader = try scratch.reader()
        #expect(try reader.events() == recorded)
        #expect(try reader.verify().isSound)
    }

    @Test("B56: a ledger goes on where it was left")
    func reopen() async throws {
        let scratch = Scratch()
        for run in 1...3 {
            let writer = try scratch.writer()
            #expect(try writer.nextRunNumber() == run)
            _ = try await writer.append([.started(run), .finished(run, "succeeded")])
            #expect(try writer.nextRunNumber() == run + 1)
            writer.close()
        }
        #expect(try scratch.reader().events().map(\.seq) == Array(1...6))
    }

    @Test("B56: seq has no gap and no event is lost or doubled under eight concurrent appenders")
    func concurrent() async throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        let acknowledged = try await withThrowingTaskGroup(of: [RecordedEvent].self) { group in
            for appender in 1...8 {
                group.addTask {
                    var mine: [RecordedEvent] = []
                    for number in 1...25 {
                        mine += try await writer.append([.note(number, run: appender), .note(-number, run: appender)])
                    }
                    return mine
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        writer.close()
        let events = try scratch.reader().events()
        #expect(events.map(\.seq) == Array(1...400))
        #expect(events == acknowledged.sorted { $0.seq < $1.seq })
        for appender in 1...8 {
            let numbers = events.filter { $0.run == appender }.map(\.monoNs)
            #expect(numbers == (1...25).flatMap { [Int64($0), -Int64($0)] })
        }
        #expect(try scratch.reader().verify().isSound)
    }

    @Test("B56: threads that append themselves and tasks that let append keep one order, and the order of each")
    func threads() async throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        let answers = Monitor<[RecordedEvent]>([])
        await withTaskGroup(of: Void.self) { group in
            for appender in 1...4 {
                group.addTask {
                    await withCheckedContinuation { done in
                        Thread {
                            for number in 1...50 {
                                // What was handed over before is in the same commit or an earlier one.
                                writer.submit([.note(number, run: appender)], isPressing: false) { answer in
                                    answers.withLock { $0 += (try? answer.get()) ?? [] }
                                }
                                let mine = (try? writer.appendBlocking([.note(-number, run: appender)])) ?? []
                                answers.withLock { $0 += mine }
                            }
                            done.resume()
                        }.start()
                    }
                }
                group.addTask {
                    for number in 1...25 {
                        let mine = (try? await writer.append([.note(number, run: 4 + appender)])) ?? []
                        answers.withLock { $0 += mine }
                    }
                }
            }
        }
        writer.close()
        let events = try scratch.reader().events()
        #expect(events == answers.withLock { $0 }.sorted { $0.seq < $1.seq } && events.count == 500)
        for appender in 1...4 {
            let ofThread: [Int64] = (1...50).flatMap { [$0, -$0] }
            #expect(events.filter { $0.run == appender }.map(\.monoNs) == ofThread)
            #expect(events.filter { $0.run == 4 + appender }.map(\.monoNs) == Array(1...25))
        }
        #expect(try scratch.reader().verify().isSound)
    }

    @Test("events that wait together are committed together")
    func groupCommit() async throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        let stranger = try scratch.stranger()
        let before = try writer.perform { (log) throws(LedgerError) in log.commits }
        let answers = Monitor<[CommitLog.Answer]>([])
        // Nothing can be committed while the stranger holds the lock, so all but the first batch pile up.
        try stranger.execute("BEGIN IMMEDIATE")
        for number in 1...50 {
            writer.thread.append([.note(number)]) { answer in answers.withLock { $0.append(answer) } }
        }
        try stranger.execute("ROLLBACK")
        let commits = try writer.perform { (log) throws(LedgerError) in log.commits }
        #expect(commits - before <= 2)
        let seqs = try answers.withLock { $0 }.flatMap { try $0.get() }.map(\.seq)
        #expect(seqs == Array(1...50))
    }

    @Test("an append is all or nothing, and an unacceptable one harms no other")
    func rejected() async throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        let stranger = try scratch.stranger()
        let answers = Monitor<[CommitLog.Answer]>([])
        var broken = EventDraft.note(3)
        broken.body = #"{"number":"#
        let requests: [[EventDraft]] = [[.note(1)], [.note(2), broken, .note(4)], [.note(5)]]
        try stranger.execute("BEGIN IMMEDIATE")
        for request in requests {
            writer.thread.append(request) { answer in answers.withLock { $0.append(answer) } }
        }
        try stranger.execute("ROLLBACK")
        let outcomes = try writer.perform { (log) throws(LedgerError) in answers.withLock { $0 } }
        #expect(throws: Never.self) { try outcomes[0].get() }
        #expect(throws: LedgerError.self) { try outcomes[1].get() }
        #expect(throws: Never.self) { try outcomes[2].get() }
        #expect(try writer.events().map(\.monoNs) == [1, 5])
        let next = try await writer.append([.note(6)])
        #expect(next.map(\.seq) == [3])
        #expect(try writer.reader.verify().isSound)
    }

    @Test("what the columns can't refuse is refused with the reason")
    func badDrafts() async throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        var drafts = Array(repeating: EventDraft.note(1), count: 4)
        drafts[0].run = 0
        drafts[1].type = ""
        drafts[2].version = 0
        drafts[3].body = "{}\0{"
        for draft in drafts {
            let error = await #expect(throws: LedgerError.self) { try await writer.append([draft]) }
            #expect(error?.code == .rejected)
        }
        #expect(try await writer.append([]) == [])
        #expect(writer.head == nil)
    }

    @Test("a closed ledger takes nothing more and says so")
    func closed() async throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        writer.close()
        writer.close()
        let error = await #expect(throws: LedgerError.self) { try await writer.append([.note(1)]) }
        #expect(error?.code == .closed)
        #expect(throws: LedgerError.self) { try writer.events() }
    }

    @Test("appends that were taken before close are settled by it")
    func closeSettles() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        let answers = Monitor(0)
        for number in 1...20 {
            writer.thread.append([.note(number)]) { answer in
                if case .success = answer { answers.withLock { $0 += 1 } }
            }
        }
        writer.close()
        #expect(answers.withLock { $0 } == 20)
        #expect(try scratch.reader().events().count == 20)
        #expect(scratch.files() == ["ledger.sqlite", "ledger.sqlite-head", "lock", ".gitignore"])
    }
}
