import Synchronization
import TestSupport
import Testing

@testable import Ledger

@Suite("Reading")
struct ReaderTests {
    @Test("no ledger yet is an answer of its own, and reading makes nothing")
    func missing() throws {
        let scratch = Scratch()
        let error = #expect(throws: LedgerError.self) { try scratch.reader() }
        #expect(error?.code == .missing)
        #expect(TemporaryDirectory.names(in: scratch.root).isEmpty)
    }

    /// A ledger of two events that nobody writes any more.
    private func atRest() throws -> Scratch {
        let scratch = Scratch()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking([.started(1), .note(2)])
        writer.close()
        return scratch
    }

    @Test("reading a ledger at rest makes no file")
    func makesNothing() throws {
        let scratch = try atRest()
        let before = scratch.files()
        let reader = try scratch.reader()
        #expect(try reader.events().count == 2)
        #expect(try reader.verify().isSound)
        #expect(scratch.files() == before)
    }

    @Test("B55: the empty log that a writer leaves who found the disk full keeps nobody from reading, and nothing is made for it")
    func emptyLog() throws {
        let scratch = try atRest()
        Bytes.write([], to: scratch.path + "-wal")
        let before = scratch.files()
        #expect(try scratch.reader().events().count == 2)
        #expect(scratch.files() == before)
        // What SQLite says where its index of the log can't grow (SQLITE_IOERR_SHMSIZE).
        let full = LedgerError(sqlite: 4874, words: "disk I/O error", doing: "can't read", path: "/x")
        #expect(full.code == .full && full.message.contains("the disk is full"), "\(full)")
    }

    @Test("B57: a reader that came before the writer sees what the writer adds, also when it has gone again")
    func writerComesLater() throws {
        let scratch = Scratch()
        var writer = try scratch.writer()
        _ = try writer.appendBlocking([.note(1)])
        writer.close()
        let reader = try scratch.reader()
        #expect(try reader.events().count == 1)
        writer = try scratch.writer()
        _ = try writer.appendBlocking([.note(2)])
        #expect(try reader.events().count == 2)
        writer.close()
        let early = try scratch.reader()
        #expect(try early.events().count == 2)
        writer = try scratch.writer()
        _ = try writer.appendBlocking([.note(3)])
        writer.close()
        #expect(try early.events().map(\.seq) == [1, 2, 3])
        #expect(try reader.events().map(\.seq) == [1, 2, 3])
    }

    @Test("B57: during writes a reader sees a growing prefix")
    func prefix() async throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        let reader = try scratch.reader()
        let total = 150
        let isOver = Atomic(false)
        async let writing: Void = {
            defer { isOver.store(true, ordering: .releasing) }
            for number in 1...total / 3 {
                _ = try await writer.append([.note(number), .note(number), .note(number)])
            }
        }()
        var seen = 0
        while seen < total {
            let isLast = isOver.load(ordering: .acquiring)
            let events = try reader.events()
            #expect(events.map(\.seq) == Array(0..<events.count).map { $0 + 1 })
            #expect(events.count >= seen)
            #expect(events.count % 3 == 0)
            seen = events.count
            guard !isLast else { break }
            await Task.yield()
        }
        try await writing
        #expect(seen == total)
    }

    @Test("B57: twenty readers during a burst of another process each see a growing prefix and never wait for it")
    func crowd() async throws {
        let scratch = Scratch()
        // Each reading is of everything: a writer without an end would be read ever more slowly.
        let writing = try FixtureProcess(directory: scratch.directory, ["appends=300"])
        for _ in 0..<4 { _ = writing.line() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    var seen = 0
                    for round in 0..<12 {
                        // New ones and old ones: opening meets the writer at other moments than reading.
                        let reader = try scratch.reader()
                        for _ in 0...round % 3 {
                            let seqs = try reader.events().map(\.seq)
                            #expect(seqs == Array(0..<seqs.count).map { $0 + 1 })
                            #expect(seqs.count >= seen && seqs.count >= 4)
                            seen = seqs.count
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        writing.kill()
        #expect(try scratch.reader().verify().isSound)
    }

    @Test("B51: events are chosen by run, service, type, operation and place")
    func filters() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking([
            .started(1), .note(2, run: 1, service: "db", operation: "7f2a"), .note(3, run: 2, service: "app"),
            .state("db", "running", run: 2), .note(5, run: 2, service: "db", operation: "7f2a"), .finished(1, "crashed"),
        ])
        let reader = writer.reader
        func seqs(_ events: [RecordedEvent]) -> [Int] { events.map(\.seq) }
        #expect(try seqs(reader.events(run: 1)) == [1, 2, 6])
        #expect(try seqs(reader.events(service: "db")) == [2, 4, 5])
        #expect(try seqs(reader.events(run: 2, service: "db", types: ["test.noted"])) == [5])
        #expect(try seqs(reader.events(types: ["run.started", "run.finished"])) == [1, 6])
        #expect(try seqs(reader.events(types: [])) == [])
        #expect(try seqs(reader.events(operation: "7f2a")) == [2, 5])
        #expect(try seqs(reader.events(after: 2, limit: 2)) == [3, 4])
        #expect(try seqs(reader.events(limit: 2, newestFirst: true)) == [6, 5])
        #expect(try reader.head() == writer.head)
    }

    @Test("a walk goes through many pages both ways, ends when told, and leaves the writer free")
    func walk() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        let count = 700
        _ = try writer.appendBlocking((1...count).map { EventDraft.note($0, run: $0 % 2 + 1) })
        var seqs: [Int] = []
        // swift-format-ignore: ReplaceForEachWithForLoop
        try writer.reader.forEach { event in
            if event.seq == 300 { try writer.perform { (log) throws(LedgerError) in try log.checkpoint() } }
            seqs.append(event.seq)
        }
        #expect(seqs == Array(1...count))
        seqs = []
        try writer.reader.forEach(run: 1, after: 10, newestFirst: true) { seqs.append($0.seq) }
        #expect(seqs == stride(from: count, to: 10, by: -2).map { $0 })
        struct Enough: Error {}
        seqs = []
        #expect(throws: Enough.self) {
            // swift-format-ignore: ReplaceForEachWithForLoop
            try writer.reader.forEach { event in
                seqs.append(event.seq)
                if event.seq == 3 { throw Enough() }
            }
        }
        #expect(seqs == [1, 2, 3])
    }

    @Test("B52: old shapes are lifted step by step when read, the rows stay as they are")
    func upcasting() throws {
        struct Unreadable: Error {}
        var upcaster = Upcaster()
        upcaster.register("test.noted", from: 1) { "{\"v2\":\($0)}" }
        upcaster.register("test.noted", from: 2) { "{\"v3\":\($0)}" }
        upcaster.register("test.broken", from: 1) { _ in throw Unreadable() }
        let scratch = Scratch()
        let writer = try scratch.writer(upcaster: upcaster)
        var second = EventDraft.note(2)
        second.version = 2
        var newest = EventDraft.note(3)
        newest.version = 3
        _ = try writer.appendBlocking([.note(1), second, newest, .started(1)])
        let events = try writer.events()
        #expect(events.map(\.version) == [3, 3, 3, 1])
        #expect(events.map(\.body).prefix(3) == [#"{"v3":{"v2":{"number":1}}}"#, #"{"v3":{"number":2}}"#, #"{"number":3}"#])
        #expect(try writer.reader.verify().isSound)
        var folded: [String] = []
        _ = try writer.reader.fold(into: &folded) { (folded, row) in folded.append(try row.recorded().body) }
        #expect(folded == events.map(\.body))
        #expect(try scratch.reader().events().map(\.version) == [1, 2, 3, 1])
        var broken = EventDraft.note(5)
        broken.type = "test.broken"
        _ = try writer.appendBlocking([broken])
        let error = #expect(throws: LedgerError.self) { try writer.events() }
        #expect(error?.code == .undecodable(seq: 5))
    }

    @Test("B50: the runs of a service are all found where one lets others work meanwhile")
    func interleaved() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        for (run, service) in [(4, "db"), (5, "db"), (6, "db"), (7, "web"), (8, "db"), (5, "db"), (9, "web")] {
            _ = try writer.appendBlocking([EventDraft(run: run, service: service, type: "note.taken", body: "{}", at: "", monoNs: 0)])
        }
        for limit in 1...5 { #expect(try writer.reader.runs(of: "db", limit: limit) == Array([8, 6, 5, 4].prefix(limit))) }
    }
}
