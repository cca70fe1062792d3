import Glibc
import TestSupport
import Testing

@testable import Ledger

@Suite("B55: a ledger that can't be used")
struct FaultTests {
    private func filled(_ count: Int = 40) throws -> Scratch {
        let scratch = Scratch()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking([.started(1)] + (2...count).map { .note($0) } + [.finished(1, "succeeded")])
        writer.close()
        return scratch
    }

    /// Both ways in refuse with the same code, name the path, and leave every byte as it is.
    private func expectRefusal(
        _ scratch: Scratch, _ code: LedgerError.Code, location: SourceLocation = #_sourceLocation
    ) throws {
        let before = Bytes.read(scratch.path)
        for error in [
            #expect(throws: LedgerError.self, sourceLocation: location) { try scratch.reader() },
            #expect(throws: LedgerError.self, sourceLocation: location) { try scratch.writer() },
        ] {
            #expect(error?.code == code, sourceLocation: location)
            #expect(error?.message.contains(scratch.path) == true, sourceLocation: location)
        }
        #expect(Bytes.read(scratch.path) == before, sourceLocation: location)
    }

    @Test("a newer schema: both versions are named and nothing is written")
    func newer() throws {
        let scratch = try filled()
        try scratch.stranger().execute("PRAGMA user_version = 99")
        try expectRefusal(scratch, .newer(found: 99, supported: 4))
    }

    @Test("another program's database is left alone")
    func foreign() throws {
        let scratch = try filled()
        unlink(scratch.path)
        try Connection(path: scratch.path, access: .create).execute("CREATE TABLE events (seq); INSERT INTO events VALUES (1)")
        try expectRefusal(scratch, .notALedger)
    }

    @Test("text, a damaged header and an empty file are not an empty history")
    func notDatabases() throws {
        for content in [Array("hello\n".utf8), Array(repeating: UInt8(ascii: "x"), count: 20_000)] {
            let scratch = try filled()
            Bytes.write(content, to: scratch.path)
            try expectRefusal(scratch, .notALedger)
        }
        let header = try filled()
        var bytes = Bytes.read(header.path)
        bytes[3] ^= 0xff
        Bytes.write(bytes, to: header.path)
        try expectRefusal(header, .notALedger)
        let empty = try filled()
        Bytes.write([], to: empty.path)
        try expectRefusal(empty, .notALedger)
    }

    @Test("a file cut off anywhere is noticed")
    func truncated() throws {
        let original = try filled()
        let whole = Bytes.read(original.path)
        let cuts = Set(stride(from: 1, to: whole.count, by: 1_021)).union(stride(from: 4096, to: whole.count, by: 4096))
            .union([1, 15, 16, 99, 100, 511, 512, 4095, 4097, whole.count - 1, whole.count - 512])
        let scratch = try filled(2)
        for cut in cuts.sorted() {
            Bytes.write(Array(whole[..<cut]), to: scratch.path)
            for attempt in [{ _ = try scratch.reader() }, { try scratch.writer().close() }] {
                let error = #expect(throws: LedgerError.self, "cut at \(cut)") { try attempt() }
                let code = error?.code
                #expect(code == .corrupt || code == .notALedger, "cut at \(cut): \(String(describing: error))")
            }
            #expect(Bytes.read(scratch.path).count == cut)
            unlink(scratch.path + "-wal")
            unlink(scratch.path + "-shm")
        }
    }

    @Test("a directory or a pipe in its place is named as such, and nothing hangs")
    func wrongKinds() throws {
        let directory = try filled()
        unlink(directory.path)
        mkdir(directory.path, 0o700)
        let pipe = try filled()
        unlink(pipe.path)
        mkfifo(pipe.path, 0o600)
        for scratch in [directory, pipe] {
            #expect(refusal { try scratch.reader() }?.code == .notALedger)
            #expect(refusal { try scratch.writer() }?.code == .notALedger)
        }
    }

    @Test("a file or a dead link where the ledger or one of its directories should be is named, by readers and by the writer")
    func inTheWay() throws {
        for (name, isLink) in [
            (".miniboss/group/ledger.sqlite", true), (".miniboss/group", false), (".miniboss/group", true), (".miniboss", false),
        ] {
            let scratch = Scratch()
            let obstacle = "\(scratch.root)/\(name)"
            for directory in [".miniboss", ".miniboss/group"] where name.hasPrefix(directory + "/") {
                mkdir("\(scratch.root)/\(directory)", 0o700)
            }
            if isLink { symlink("/nonexistent/place", obstacle) } else { Bytes.write([1], to: obstacle) }
            for error in [refusal { try scratch.reader() }, refusal { try scratch.writer() }] {
                let words = obstacle + (isLink ? " is a link that leads nowhere" : " should be a directory, but it is a file")
                #expect(error?.code == .io && error?.finding.contains(words) == true, "\(String(describing: error))")
            }
            #expect(isLink || Bytes.read(obstacle) == [1])
        }
    }

    @Test(
        "B55: what is no file and has the name of one of the ledger's is found without writing", arguments: ["lock", "ledger.sqlite-shm"])
    func noFile(_ name: String) throws {
        let scratch = try filled()
        let location = LedgerLocation(directory: scratch.directory)
        #expect(location.obstacle == nil)
        let place = "\(scratch.directory)/\(name)"
        unlink(place)
        try #require(mkdir(place, 0o700) == 0)
        #expect(location.obstacle == .inTheWay(path: place))
    }

    @Test("B55: a ledger that is cut off while it is written takes nothing more")
    func cutOffInUse() throws {
        let scratch = try filled()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking([.note(1, run: 9)])
        try #require(truncate(scratch.path, 4096) == 0)
        let error = refusal { _ = try writer.appendBlocking([.note(2, run: 9)]) }
        #expect(error?.code == .corrupt && error?.finding.contains("was cut off while in use") == true, "\(String(describing: error))")
        writer.close()
    }

    @Test("B55: a view or table that somebody dropped is told as such, not as a matter of the disk")
    func droppedView() throws {
        let scratch = try filled()
        try scratch.stranger().execute("DROP VIEW runs")
        let error = refusal { _ = try scratch.reader().runs(limit: 1) }
        #expect(error?.code == .corrupt && error?.finding.contains("its tables are not as miniboss made them") == true)
    }

    @Test("B56: a write-ahead log without its database is not an empty history")
    func orphanedLog() throws {
        let scratch = Scratch()
        let fixture = try FixtureProcess(directory: scratch.directory)
        for _ in 0..<4 { _ = fixture.line() }
        fixture.kill()
        rename(scratch.path, scratch.path + ".moved")
        #expect(refusal { try scratch.reader() }?.code == .corrupt)
        #expect(refusal { try scratch.writer() }?.code == .corrupt)
        rename(scratch.path + ".moved", scratch.path)
        #expect(try scratch.reader().events().count >= 4)
    }

    @Test("flipped bits in any page are found by the full check, or the ledger does not open")
    func flippedBits() throws {
        let seed: UInt64 = 0x6d62_f11b
        var generator = SeededGenerator(seed: seed)
        let original = try filled()
        let whole = Bytes.read(original.path)
        let body = Array(#"{"number":17}"#.utf8)
        let place = try #require((0..<whole.count - body.count).first { Array(whole[$0..<$0 + body.count]) == body })
        let scratch = try filled(2)
        // A known payload byte, then bytes anywhere; a hit on unused space changes nothing and may pass.
        for (round, offset) in ([place + 11] + (0..<40).map { _ in Int.random(in: 0..<whole.count, using: &generator) }).enumerated() {
            var bytes = whole
            bytes[offset] ^= 1 << UInt8.random(in: 0..<3, using: &generator)
            Bytes.write(bytes, to: scratch.path)
            do {
                let reader = try scratch.reader()
                let report = try reader.verify()
                if round == 0 { #expect(report.fault == ChainReport.Fault(seq: 17, flaw: .hash)) }
                if report.isSound {
                    #expect(try reader.events() == original.reader().events(), "seed \(seed), offset \(offset)")
                }
            } catch let error as LedgerError {
                #expect(error.message.contains(scratch.path), "seed \(seed), offset \(offset)")
            }
        }
    }

    @Test(
        "a disk that is full after n pages: the append fails, later ones fail fast with the same error, nothing acknowledged is lost",
        arguments: 0..<24)
    func fullDisk(pages: Int) async throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        var acknowledged = try await writer.append([.started(1)])
        try writer.perform { (log) throws(LedgerError) in
            let present = try log.connection.integer("PRAGMA page_count")
            try log.connection.execute("PRAGMA max_page_count = \(present + pages)")
        }
        var failure: LedgerError?
        for number in 2...2_000 {
            do {
                acknowledged += try await writer.append((0..<8).map { .note(number + $0) })
            } catch {
                failure = error
                break
            }
        }
        #expect(failure?.code == .full)
        #expect(failure?.message.contains(scratch.path) == true)
        let later = await #expect(throws: LedgerError.self) { try await writer.append([.note(0)]) }
        #expect(later == failure)
        #expect(try writer.events() == acknowledged)
        writer.close()
        let reopened = try scratch.writer()
        #expect(try reopened.events() == acknowledged)
        #expect(try await reopened.append([.finished(1, "crashed")]).map(\.seq) == [acknowledged.count + 1])
        #expect(try reopened.reader.verify().isSound)
    }

    @Test("a directory that may only be read: history works, a writer is refused")
    func readOnlyDirectory() throws {
        let scratch = try filled()
        let before = scratch.files()
        chmod(scratch.directory, 0o500)
        // The lock can be taken, so it is the ledger itself that refuses.
        let own = [scratch.root, scratch.root + "/.miniboss", scratch.directory, scratch.path, scratch.directory + "/lock"]
        try Unprivileged.run(owning: own) {
            let reader = try scratch.reader()
            #expect(try reader.events().count == 41)
            #expect(try reader.runs().map(\.outcome) == ["succeeded"])
            #expect(refusal { try scratch.writer() }?.code == .readOnly)
        }
        #expect(scratch.files() == before)
    }

    @Test("a file that may only be read, in a directory that may be written, refuses a writer before it starts")
    func readOnlyFile() throws {
        let scratch = try filled()
        let before = Bytes.read(scratch.path)
        chmod(scratch.path, 0o400)
        let own = [scratch.root, scratch.root + "/.miniboss", scratch.directory, scratch.path, scratch.directory + "/lock"]
        try Unprivileged.run(owning: own) {
            #expect(refusal { try scratch.writer() }?.code == .readOnly)
            let events = try scratch.reader().events()
            #expect(events.count == 41)
        }
        #expect(Bytes.read(scratch.path) == before)
    }

    @Test("moved away or deleted while in use: the append fails and says so")
    func moved() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking([.note(1)])
        rename(scratch.path, scratch.path + ".elsewhere")
        let error = #expect(throws: LedgerError.self) { try writer.appendBlocking([.note(2)]) }
        #expect(error?.code == .io)
        #expect(error?.message.contains("moved or deleted") == true)
    }

    @Test("another program's short lock is waited out and nothing is lost")
    func strangersLock() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        let stranger = try scratch.stranger()
        try stranger.execute("BEGIN IMMEDIATE")
        let answer = Monitor<CommitLog.Answer?>(nil)
        writer.thread.append([.note(1)]) { result in answer.withLock { $0 = result } }
        #expect(answer.withLock { $0 == nil })
        try stranger.execute("ROLLBACK")
        #expect(try answer.wait { $0 }.get().map(\.seq) == [1])
    }
}

/// Runs code as a user whom file modes bind, since they don't bind root.
enum Unprivileged {
    private static let nobody: uid_t = 65_534

    static func run(owning paths: [String], _ body: () throws -> Void) throws {
        guard geteuid() == 0 else { return try body() }
        for path in paths { chown(path, nobody, gid_t.max) }
        // Of this thread alone, unlike seteuid: https://man7.org/linux/man-pages/man2/setfsuid.2.html
        typealias SetFSUID = @convention(c) (uid_t) -> CInt
        let symbol = try #require(dlsym(nil, "setfsuid"))
        let setfsuid = unsafeBitCast(symbol, to: SetFSUID.self)
        _ = setfsuid(nobody)
        defer { _ = setfsuid(0) }
        try body()
    }
}
