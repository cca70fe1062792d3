import Glibc
import TestSupport
import Testing

@testable import Ledger

@Suite("B55: a damaged ledger is set aside whole")
struct SuccessionTests {
    private static let time = "2026-03-04T05:06:07.000000008Z"
    private static let holder = LockHolder(pid: Int(getpid()), command: "doctor", startedAt: time)

    /// A ledger whose writer was killed, so that its write-ahead log is beside it, with a damaged header.
    private func damaged() throws -> (scratch: Scratch, files: [String: [UInt8]]) {
        let scratch = Scratch()
        _ = try FixtureProcess(directory: scratch.directory, ["appends=3", "end=kill"]).finish()
        var bytes = Bytes.read(scratch.path)
        bytes[5] ^= 0x10
        Bytes.write(bytes, to: scratch.path)
        var files: [String: [UInt8]] = [:]
        for suffix in ["", "-wal", "-shm", "-head"] { files[suffix] = Bytes.read(scratch.path + suffix) }
        #expect(files.values.allSatisfy { !$0.isEmpty })
        return (scratch, files)
    }

    private func setAside(_ scratch: Scratch) throws -> String {
        let succession = try LedgerSuccession.begin(directory: scratch.directory, holder: Self.holder)
        return try succession.setAside(at: Self.time) { place in
            [
                EventDraft(run: 8, type: "ledger.set_aside", body: #"{"directory":"\#(place)"}"#, at: Self.time, monoNs: 0),
                .finished(8, "succeeded"),
            ]
        }
    }

    private func expectWhole(_ files: [String: [UInt8]], in directory: String) {
        for (suffix, bytes) in files {
            let name = suffix == "-head" ? "-head-then" : suffix
            let found = Bytes.read("\(directory)/ledger.sqlite\(name)")
            // The -shm is an index of the log that whoever opens it makes anew.
            #expect(suffix == "-shm" ? !found.isEmpty : found == bytes, "\(name)")
        }
    }

    @Test("every file goes along byte for byte, and the new ledger begins with what cites it")
    func whole() throws {
        let (scratch, files) = try damaged()
        #expect(refusal { try scratch.writer() }?.message.contains("miniboss doctor --set-aside") == true)
        let place = try setAside(scratch)
        #expect(place == "\(scratch.directory)/set-aside-2026-03-04T05-06-07Z")
        expectWhole(files, in: place)
        #expect(TemporaryDirectory.names(in: place).count == files.count)
        #expect(scratch.files() == [".gitignore", "lock", "ledger.sqlite", "set-aside-2026-03-04T05-06-07Z"])
        let first = try #require(try scratch.reader().events().first)
        #expect(first.seq == 1 && first.body.contains(place))
        let writer = try scratch.writer()
        #expect(try writer.nextRunNumber() == 9)
        #expect(try writer.appendBlocking([.started(9)]).map(\.seq) == [3])
        #expect(try writer.reader.verify().isSound)
    }

    @Test("a second one in the same second has a place of its own")
    func again() throws {
        let (scratch, files) = try damaged()
        let first = try setAside(scratch)
        Bytes.write([1, 2, 3], to: scratch.path)
        let second = try setAside(scratch)
        #expect(second == first + "-2")
        expectWhole(files, in: first)
        #expect(Bytes.read(second + "/ledger.sqlite") == [1, 2, 3])
        #expect(try scratch.reader().events().count == 2)
    }

    @Test("B56: cut off after any number of files, it is refused as an empty history would be, and finished by the next", arguments: 0...4)
    func cutOff(moved: Int) throws {
        let (scratch, files) = try damaged()
        let place = scratch.directory + "/set-aside-then"
        mkdir(place, 0o700)
        symlink("set-aside-then", LedgerSuccession.marker(beside: scratch.path))
        for (suffix, name) in [("", ""), ("-wal", "-wal"), ("-shm", "-shm"), ("-head", "-head-then")].prefix(moved) {
            rename(scratch.path + suffix, place + "/ledger.sqlite" + name)
        }
        for error in [refusal { try scratch.reader() }, refusal { try scratch.writer() }] {
            #expect(error?.isDamage == true)
            #expect(error?.message.contains("miniboss doctor --set-aside") == true)
        }
        #expect(try setAside(scratch) == place)
        expectWhole(files, in: place)
        #expect(try scratch.reader().events().count == 2)
    }

    @Test("cut off after the new ledger stands: that one is used, and damage to it is a matter of its own")
    func cutOffAtTheEnd() throws {
        let (scratch, files) = try damaged()
        let place = try setAside(scratch)
        symlink("set-aside-2026-03-04T05-06-07Z", LedgerSuccession.marker(beside: scratch.path))
        #expect(try scratch.reader().events().count == 2)
        Bytes.write([1], to: scratch.path)
        let second = try setAside(scratch)
        #expect(second == place + "-2")
        expectWhole(files, in: place)
    }

    @Test("a directory or a pipe in the ledger's place goes away like a file", arguments: [true, false])
    func otherKinds(isDirectory: Bool) throws {
        let scratch = Scratch()
        try LedgerLocation(directory: scratch.directory).prepare()
        if isDirectory { mkdir(scratch.path, 0o700) } else { mkfifo(scratch.path, 0o600) }
        let place = try setAside(scratch)
        #expect(TemporaryDirectory.names(in: place) == ["ledger.sqlite"])
        #expect(try scratch.reader().events().count == 2)
    }

    @Test("B57: not while a writer is at work, and no writer while it goes on")
    func locked() throws {
        let scratch = Scratch()
        let writer = try scratch.writer()
        guard case .busy = refusal({ try setAside(scratch) })?.code else { return #expect(Bool(false), "not refused") }
        writer.close()
        let succession = try LedgerSuccession.begin(directory: scratch.directory, holder: Self.holder)
        guard case .busy = refusal({ try scratch.writer() })?.code else { return #expect(Bool(false), "not refused") }
        withExtendedLifetime(succession) {}
    }

    @Test("what can't be cited is not moved")
    func refused() throws {
        struct Unwilling: Error {}
        let (scratch, files) = try damaged()
        let succession = try LedgerSuccession.begin(directory: scratch.directory, holder: Self.holder)
        #expect(throws: Unwilling.self) { try succession.setAside(at: Self.time) { _ in throw Unwilling() } }
        for (suffix, bytes) in files { #expect(Bytes.read(scratch.path + suffix) == bytes) }
        #expect(TemporaryDirectory.names(in: scratch.directory).contains { $0.hasPrefix("set-aside") } == false)
    }
}
