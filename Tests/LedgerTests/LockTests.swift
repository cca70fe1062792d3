import Glibc
import TestSupport
import Testing

@testable import Ledger

@Suite("One writer")
struct LockTests {
    @Test("B57: a second writer is told at once who works, and gets in when the first is done")
    func busy() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        let error = #expect(throws: LedgerError.self) { try scratch.writer() }
        let holder = LockHolder(pid: Int(getpid()), command: "start", startedAt: EventDraft.time)
        #expect(error?.code == .busy(holder))
        #expect(error?.message.contains("pid \(getpid())") == true)
        #expect(GroupLock.holder(path: writer.location.lockPath) == holder)
        writer.close()
        #expect(GroupLock.holder(path: writer.location.lockPath) == nil)
        #expect(throws: Never.self) { try scratch.writer().close() }
    }

    @Test("B56, B57: the kernel frees the lock of a killed writer, and the next one goes on after its last event")
    func killed() throws {
        let scratch = Scratch()
        let fixture = try FixtureProcess(directory: scratch.directory)
        _ = fixture.line()
        let error = #expect(throws: LedgerError.self) { try scratch.writer() }
        guard case .busy(let holder) = error?.code else {
            Issue.record("expected busy, got \(String(describing: error))")
            return
        }
        #expect(holder?.pid == Int(fixture.pid))
        #expect(holder?.command == "start")
        fixture.kill()
        let writer = try scratch.writer()
        #expect(try writer.reader.run(1)?.outcome == "running")
        _ = try writer.appendBlocking([.finished(1, "crashed")])
        #expect(try writer.reader.run(1)?.outcome == "crashed")
        #expect(try writer.reader.verify().isSound)
    }

    @Test("B57: readers never wait for a writer")
    func readers() throws {
        let scratch = Scratch()
        let fixture = try FixtureProcess(directory: scratch.directory)
        _ = fixture.line()
        let reader = try scratch.reader()
        #expect(try reader.runs().map(\.outcome) == ["running"])
        fixture.kill()
    }

    @Test("a reader never checkpoints, not even what a killed writer left behind")
    func noCheckpoint() throws {
        let scratch = Scratch()
        let fixture = try FixtureProcess(directory: scratch.directory)
        for _ in 0..<20 { _ = fixture.line() }
        fixture.kill()
        let database = Bytes.read(scratch.path)
        let log = Bytes.read(scratch.path + "-wal")
        do {
            let reader = try scratch.reader()
            #expect(try reader.events().count >= 20)
        }
        #expect(!log.isEmpty)
        #expect(Bytes.read(scratch.path) == database)
        #expect(Bytes.read(scratch.path + "-wal") == log)
    }

    @Test("B57: two groups that were pointed to the same database exclude each other")
    func elsewhere() throws {
        let scratch = Scratch()
        let shared = scratch.root + "/else where/100%?#.sqlite"
        let holder = LockHolder(pid: Int(getpid()), command: "start", startedAt: EventDraft.time)
        let first = try LedgerWriter.open(directory: scratch.root + "/.miniboss/a", path: shared, holder: holder)
        let error = #expect(throws: LedgerError.self) {
            try LedgerWriter.open(directory: scratch.root + "/.miniboss/b", path: shared, holder: holder)
        }
        #expect(error?.code == .busy(holder))
        _ = try first.appendBlocking([.note(1)])
        first.close()
        #expect(try LedgerReader(directory: "/nowhere", path: shared).events().count == 1)
        #expect(TemporaryDirectory.names(in: shared + ".d") == [".gitignore", "lock"])
        #expect(TemporaryDirectory.names(in: scratch.root).allSatisfy { $0 != ".miniboss" })
    }

    @Test("B57: a ledger has one lock, whichever way its place is written")
    func spellings() throws {
        let scratch = Scratch()
        let own = scratch.root + "/.miniboss/a"
        let first = try LedgerWriter.open(
            directory: own, path: nil, holder: LockHolder(pid: Int(getpid()), command: "start", startedAt: EventDraft.time))
        defer { first.close() }
        let link = scratch.root + "/link.sqlite"
        try #require(symlink(own + "/ledger.sqlite", link) == 0)
        try #require(symlink(scratch.root, scratch.root + "/round") == 0)
        for spelling in [own + "/ledger.sqlite", link, scratch.root + "/round/.miniboss/a/ledger.sqlite"] {
            #expect(
                LedgerLocation(directory: "/nowhere", path: spelling).lockPath == LedgerLocation(directory: own).lockPath, "\(spelling)")
            let error = #expect(throws: LedgerError.self) {
                try LedgerWriter.open(
                    directory: "/nowhere", path: spelling, holder: LockHolder(pid: 1, command: "start", startedAt: EventDraft.time))
            }
            if case .busy = error?.code {} else { Issue.record("\(spelling): \(String(describing: error))") }
        }
    }

    @Test("B57: a ledger that has a second name in another directory has one writer all the same")
    func hardLink() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking([.started(1)])
        let other = scratch.root + "/other"
        try #require(mkdir(other, 0o700) == 0 && link(scratch.path, other + "/ledger.sqlite") == 0)
        let holder = LockHolder(pid: 7, command: "stop", startedAt: "2026-01-01T00:00:00.000000000Z")
        let error = #expect(throws: LedgerError.self) { try LedgerWriter.open(directory: other, holder: holder) }
        #expect(error?.code == .busy(nil) && error?.finding.contains("hard link") == true)
        _ = try writer.appendBlocking([.note(2)])
        writer.close()
        let next = try LedgerWriter.open(directory: other, holder: holder)
        _ = try next.appendBlocking([.note(3)])
        #expect(throws: LedgerError.self) { try scratch.writer() }
        next.close()
        #expect(try scratch.reader().verify().isSound && scratch.writer().head?.seq == 3)
    }

    @Test("a ledger is not begun on a file system that machines share; one in memory is known")
    func fileSystems() throws {
        let scratch = Scratch()
        #expect(FileSystemKind(magic: 0x0102_1994) == .memory)
        #expect(FileSystemKind(at: "/nowhere") == .disk)
        let shared: [UInt32: String] = [0x6969: "NFS", 0xFE53_4D42: "SMB", 0x0102_1997: "9p"]
        for (magic, name) in shared {
            let error = #expect(throws: LedgerError.self) { try FileSystemKind(magic: magic).checkIsLocal(scratch.directory) }
            #expect(error?.message.contains(name) == true && error?.message.contains("MINIBOSS_LEDGER=") == true)
        }
        try FileSystemKind(magic: 0xEF53).checkIsLocal(scratch.directory)
    }

    @Test("the directory is the owner's alone and ignores itself, the database too")
    func modes() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        _ = try writer.appendBlocking([.note(1)])
        func mode(_ path: String) -> mode_t {
            var found = stat()
            return stat(path, &found) == 0 ? found.st_mode & 0o777 : 0
        }
        #expect(mode(scratch.directory) == 0o700)
        #expect(mode(scratch.root + "/.miniboss") == 0o700)
        #expect(mode(scratch.path) == 0o600)
        #expect(mode(scratch.path + "-wal") == 0o600)
        #expect(Bytes.read(scratch.directory + "/.gitignore") == Array("*\n".utf8))
        writer.close()
    }

    @Test("B57: what an earlier holder left in the lock file is not taken for the present one")
    func staleHolder() throws {
        let scratch = Scratch()
        // No process can have this id.
        try scratch.writer(pid: Int(Int32.max)).close()
        let path = scratch.directory + "/lock"
        #expect(GroupLock.holder(path: path) == nil)
        let silent = open(path, O_RDWR | O_CLOEXEC)
        #expect(flock(silent, LOCK_EX | LOCK_NB) == 0)
        #expect(refusal { try scratch.writer() }?.code == .busy(nil))
        close(silent)
        Bytes.write(Array("not JSON".utf8), to: path)
        #expect(throws: Never.self) { try scratch.writer().close() }
    }
}
