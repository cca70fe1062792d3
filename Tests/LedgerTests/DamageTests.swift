import Glibc
import TestSupport
import Testing

@testable import Ledger

/// Every length and bits everywhere, on a ledger of small pages: never fewer events than were acknowledged without an error.
@Suite("B55: damage of the file and of its write-ahead log")
struct DamageTests {
    private struct Original {
        let events: [RecordedEvent]
        let database: [UInt8]
        let log: [UInt8]
        let head: [UInt8]

        func place(_ database: [UInt8]? = nil, log: [UInt8]?, in scratch: Scratch) {
            unlink(scratch.path + "-shm")
            unlink(scratch.path + "-wal")
            Bytes.write(database ?? self.database, to: scratch.path)
            Bytes.write(head, to: scratch.path + "-head")
            if let log { Bytes.write(log, to: scratch.path + "-wal") }
        }
    }

    /// A ledger with pages of 512 bytes: some events in the file, and with `isCutOff` some in the log.
    private func original(isCutOff: Bool) throws -> Original {
        let scratch = Scratch()
        try LedgerLocation(directory: scratch.directory).prepare()
        do {
            let connection = try Connection(path: scratch.path, access: .create)
            try connection.execute("PRAGMA page_size = 512")
            try Migrator.migrate(connection)
        }
        let writer = try scratch.writer()
        _ = try writer.appendBlocking([.started(1), .note(2), .note(3), .finished(1, "succeeded")])
        writer.close()
        if isCutOff { _ = try FixtureProcess(directory: scratch.directory, ["appends=2", "end=kill"]).finish() }
        let database = Bytes.read(scratch.path)
        let log = Bytes.read(scratch.path + "-wal")
        #expect(log.isEmpty != isCutOff)
        let head = Bytes.read(scratch.path + "-head")
        return Original(events: try scratch.reader().events(), database: database, log: log, head: head)
    }

    /// A reader, and where asked a writer, gives all events or an error that names the place; never a shorter history.
    private func check(_ scratch: Scratch, _ original: Original, writes: Bool = false, _ what: Comment) throws {
        do {
            #expect(try scratch.reader().events() == original.events, what)
        } catch let error as LedgerError {
            #expect(error.isDamage, "\(what): \(error)")
            #expect(error.message.contains(scratch.directory), what)
        }
        guard writes else { return }
        let files = [scratch.path, scratch.path + "-wal"]
        let before = files.map(Bytes.read)
        do {
            let writer = try scratch.writer()
            defer { writer.close() }
            #expect(try writer.events() == original.events, what)
        } catch let error as LedgerError {
            #expect(error.isDamage, "\(what): \(error)")
            // Whole, for whoever sets it aside.
            #expect(files.map(Bytes.read) == before, what)
        }
    }

    @Test("the file cut off at every length")
    func cutFile() throws {
        let original = try original(isCutOff: false)
        let scratch = Scratch()
        try LedgerLocation(directory: scratch.directory).prepare()
        for length in 0..<original.database.count {
            original.place(Array(original.database[..<length]), log: nil, in: scratch)
            #expect(refusal { try scratch.reader() }?.isDamage == true, "cut at \(length)")
            if length % 97 == 0 || length % 512 == 0 {
                #expect(refusal { try scratch.writer().close() }?.isDamage == true, "cut at \(length)")
                #expect(Bytes.read(scratch.path).count == length)
            }
        }
    }

    @Test("the file cut off at every sector and around it, with a write-ahead log beside it")
    func cutFileBesideLog() throws {
        let original = try original(isCutOff: true)
        let scratch = Scratch()
        try LedgerLocation(directory: scratch.directory).prepare()
        for sector in stride(from: 0, to: original.database.count, by: 512) {
            for length in [sector, sector + 1, sector + 256, sector + 511] where length < original.database.count {
                original.place(Array(original.database[..<length]), log: original.log, in: scratch)
                try check(scratch, original, writes: true, "cut at \(length)")
            }
        }
    }

    @Test("the write-ahead log cut off at every length, or gone")
    func cutLog() throws {
        let original = try original(isCutOff: true)
        let scratch = Scratch()
        try LedgerLocation(directory: scratch.directory).prepare()
        for length in 0..<original.log.count {
            original.place(log: Array(original.log[..<length]), in: scratch)
            try check(scratch, original, writes: length % 256 == 0, "log cut at \(length)")
        }
        original.place(log: nil, in: scratch)
        #expect(refusal { try scratch.reader() }?.code == .tailLost(last: 4, known: original.events.count))
        #expect(refusal { try scratch.writer() }?.code == .tailLost(last: 4, known: original.events.count))
        // What is left can be read by those who ask for it.
        #expect(try scratch.whatIsLeft().verify().fault == ChainReport.Fault(seq: 5, flaw: .lost(known: original.events.count)))
    }

    @Test("flipped bits in every part of the write-ahead log, and a log of another database")
    func flippedLog() throws {
        let seed: UInt64 = 0x6d62_0a17
        var generator = SeededGenerator(seed: seed)
        let original = try original(isCutOff: true)
        let scratch = Scratch()
        try LedgerLocation(directory: scratch.directory).prepare()
        for offset in Array(0..<56) + stride(from: 56, to: original.log.count, by: 5) {
            var log = original.log
            log[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            original.place(log: log, in: scratch)
            try check(scratch, original, writes: offset % 16 == 0, "seed \(seed), bit in byte \(offset)")
        }
        let other = try self.original(isCutOff: true)
        original.place(log: Array(other.log.dropLast(536)), in: scratch)
        try check(scratch, original, writes: true, "another's log")
    }

    @Test("flipped bits in the header and in every page: an error, a report, or nothing that counts")
    func flippedFile() throws {
        let seed: UInt64 = 0x6d62_f11c
        var generator = SeededGenerator(seed: seed)
        let original = try original(isCutOff: false)
        let scratch = Scratch()
        try LedgerLocation(directory: scratch.directory).prepare()
        for offset in Array(0..<100) + stride(from: 100, to: original.database.count, by: 7) {
            var bytes = original.database
            bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            original.place(bytes, log: nil, in: scratch)
            let what: Comment = "seed \(seed), bit in byte \(offset)"
            do {
                let reader = try scratch.reader()
                let report = try reader.verify()
                if report.isSound { #expect(try reader.events() == original.events, what) }
            } catch let error as LedgerError {
                #expect(error.isDamage || error.isOfHeader, "\(what): \(error)")
                #expect(error.message.contains(scratch.path), what)
            }
        }
    }

    @Test("the first bad event is named, also where a page in the middle can't be read")
    func firstBad() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking((1...400).map { .note($0) })
        writer.close()
        var bytes = Bytes.read(scratch.path)
        let body = Array(#"{"number":200}"#.utf8)
        let place = try #require((0..<bytes.count - body.count).first { Array(bytes[$0..<$0 + body.count]) == body })
        for offset in place / 4096 * 4096..<(place / 4096 + 1) * 4096 { bytes[offset] = 0 }
        Bytes.write(bytes, to: scratch.path)
        let report = try scratch.reader().verify()
        let fault = try #require(report.fault)
        #expect(fault.flaw == .unreadable)
        #expect(report.head?.seq == fault.seq - 1)
        #expect(fault.seq > 1 && fault.seq <= 200)
        #expect(!report.damage.isEmpty)
    }

    @Test("a removed ledger is not a new one")
    func removed() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking([.started(1), .note(2)])
        writer.close()
        unlink(scratch.path)
        #expect(refusal { try scratch.reader() }?.code == .tailLost(last: 0, known: 2))
        #expect(refusal { try scratch.writer() }?.code == .tailLost(last: 0, known: 2))
        #expect(access(scratch.path, F_OK) != 0)
    }

    @Test("a restored backup is refused until the user says so by removing what is known of the newest event")
    func restored() throws {
        let scratch = Scratch()
        var writer = try scratch.writer()
        _ = try writer.appendBlocking([.started(1), .note(2)])
        writer.close()
        let backup = Bytes.read(scratch.path)
        writer = try scratch.writer()
        _ = try writer.appendBlocking([.note(3)])
        writer.close()
        Bytes.write(backup, to: scratch.path)
        let error = refusal { try scratch.writer() }
        #expect(error?.code == .tailLost(last: 2, known: 3))
        #expect(error?.message.contains(scratch.path + "-head") == true)
        unlink(scratch.path + "-head")
        #expect(try scratch.writer().appendBlocking([.note(3)]).map(\.seq) == [3])
    }

    @Test("B56: a kill between the commit and the note of it leaves a note that is behind, and that is no damage")
    func behind() throws {
        let scratch = Scratch()
        var writer = try scratch.writer()
        _ = try writer.appendBlocking([.note(1)])
        writer.close()
        let then = Bytes.read(scratch.path + "-head")
        writer = try scratch.writer()
        _ = try writer.appendBlocking([.note(2)])
        writer.close()
        for kept in [then, [], Array(then.dropLast(9)), Array("nonsense".utf8)] {
            Bytes.write(kept, to: scratch.path + "-head")
            #expect(try scratch.reader().events().count == 2)
        }
        // The next writer brings it up to date.
        try scratch.writer().close()
        #expect(HeadAnchor.read(beside: scratch.path)?.seq == 2)
    }
}

extension LedgerError {
    /// A bit in the header can also make it a file of a newer schema, or of a format that may only be read.
    fileprivate var isOfHeader: Bool {
        switch code {
        case .newer, .readOnly, .io: true
        default: false
        }
    }
}
