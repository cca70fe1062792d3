import Testing

@testable import Ledger

/// The disk fails at the first call that changes it, then at the second, and so on until the work passes.
@Suite("B55, B56: the disk fails at the nth write, for every n")
struct NthWriteTests {
    private static let faults = [
        ["fault=io"], ["fault=io", "for=ever"], ["fault=full"], ["fault=full", "for=ever"], ["fault=kill"],
    ]

    @Test("while a ledger is made and written: no acknowledged event is lost, the chain holds, and it goes on", arguments: faults)
    func newLedger(_ fault: [String]) throws {
        var at = 1
        while true {
            try #require(at < 5_000, "it never comes to an end")
            let scratch = Scratch()
            let said = try FixtureProcess(directory: scratch.directory, fault + ["at=\(at)", "appends=4"]).finish()
            try check(scratch, said, "\(fault) at \(at)")
            if let calls = Said(said).calls, calls < at { break }
            at += 1
        }
        #expect(at > 50)
    }

    @Test("while an old ledger is migrated: all its events are there afterwards", arguments: faults)
    func migration(_ fault: [String]) throws {
        let old = try OldLedger()
        var at = 1
        while true {
            try #require(at < 5_000, "it never comes to an end")
            let scratch = Scratch()
            try old.place(in: scratch)
            let said = try FixtureProcess(directory: scratch.directory, fault + ["at=\(at)", "appends=1"]).finish()
            try check(scratch, said, "\(fault) at \(at)", before: old.events)
            if let calls = Said(said).calls, calls < at { break }
            at += 1
        }
        #expect(at > 10)
    }

    @Test("no file may grow beyond a limit: what was acknowledged stays, for every limit in steps of a sector")
    func fileSize() throws {
        var limit = 512
        while true {
            try #require(limit < 100_000_000, "it never comes to an end")
            let scratch = Scratch()
            let said = try FixtureProcess(directory: scratch.directory, ["fsize=\(limit)", "appends=8"]).finish()
            try check(scratch, said, "limit \(limit)")
            if Said(said).calls != nil { break }
            limit += limit < 100_000 ? 2_048 : 16_384
        }
        #expect(limit > 8_192)
    }

    /// Whatever happened, what was acknowledged is there, all is sound, and the next writer goes on.
    private func check(_ scratch: Scratch, _ lines: [String], _ what: Comment, before: Int = 0) throws {
        let said = Said(lines)
        if let error = said.error {
            #expect(["io", "full"].contains(error.code), "\(what): \(error.message)")
            #expect(error.message.contains(scratch.directory), "\(what): \(error.message)")
        }
        let known = max(said.acknowledged, before)
        do {
            let reader = try scratch.reader()
            #expect(try reader.events().count >= known, what)
        } catch let error as LedgerError {
            // Nothing was published yet; everything else would be a history that a fault has taken away.
            #expect(error.code == .missing && known == 0, "\(what): \(error)")
        }
        let writer = try scratch.writer()
        let count = try writer.events().count
        #expect(count >= known, what)
        #expect(try writer.appendBlocking([.note(1)]).map(\.seq) == [count + 1], what)
        let report = try writer.reader.verify()
        #expect(report.isSound, "\(what): \(report)")
    }
}

/// What the fixture said.
struct Said {
    /// The highest seq that it called durable.
    var acknowledged = 0
    /// Its count of calls that changed the disk, when it came to its end.
    var calls: Int?
    var error: (code: String, message: String)?

    init(_ lines: [String]) {
        for line in lines {
            if let seq = Int(line) {
                acknowledged = seq
            } else if line.hasPrefix("calls ") {
                calls = Int(line.dropFirst(6))
            } else if line.hasPrefix("error "), let colon = line.firstIndex(of: ":") {
                error = (String(line[line.index(line.startIndex, offsetBy: 6)..<colon]), line)
            }
        }
    }
}

/// A ledger as the first migration alone makes it, with a few events.
struct OldLedger {
    let events = 3
    private let bytes: [UInt8]

    init() throws {
        let scratch = Scratch()
        let path = scratch.root + "/old.sqlite"
        do {
            let connection = try Connection(path: path, access: .create)
            try Migrator.migrate(connection, to: 1)
            var previous: [UInt8]?
            for (index, draft) in [EventDraft.started(1), .state("db", "running"), .finished(1, "failed")].enumerated() {
                let event = RecordedEvent(draft, seq: index + 1, previousHash: previous)
                try connection.insert(event)
                previous = event.hash
            }
        }
        bytes = Bytes.read(path)
    }

    func place(in scratch: Scratch) throws {
        try LedgerLocation(directory: scratch.directory).prepare()
        Bytes.write(bytes, to: scratch.path)
    }
}
