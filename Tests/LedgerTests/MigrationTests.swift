import Glibc
import TestSupport
import Testing

@testable import Ledger

@Suite("Migrations")
struct MigrationTests {
    /// The repository, from this file's place in it.
    private static let migrations: String = {
        let parts = "\(#filePath)".split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/migrations"
    }()

    @Test("what is compiled in is migrations/, byte for byte, numbered from 1 without a gap")
    func embedded() {
        let names = TemporaryDirectory.names(in: Self.migrations).filter { $0.hasSuffix(".sql") }.sorted()
        #expect(names == Migration.all.map { "\($0.name).sql" })
        #expect(Migration.all.map(\.number) == Array(1...names.count))
        for migration in Migration.all {
            #expect(migration.name.hasPrefix(String(repeating: "0", count: 4 - "\(migration.number)".count) + "\(migration.number)_"))
            #expect(Bytes.read("\(Self.migrations)/\(migration.name).sql") == Array(migration.sql.utf8), "run scripts/embed-migrations")
        }
    }

    @Test("B55: a migration that is not the one that was applied is refused")
    func checksum() throws {
        let scratch = Scratch()
        try scratch.writer().close()
        try scratch.stranger().execute("UPDATE migrations SET checksum = 'x' WHERE number = 1")
        #expect(refusal { try scratch.writer() }?.code == .schemaMismatch)
        #expect(refusal { try scratch.reader() }?.code == .schemaMismatch)
    }

    @Test("B52: a ledger of an older schema is brought up to date with its events")
    func older() throws {
        let scratch = Scratch()
        try OldLedger().place(in: scratch)
        #expect(try scratch.reader().events().count == 3)
        #expect(try scratch.reader().verify().isSound)
        let writer = try scratch.writer()
        #expect(try writer.reader.runs().map(\.outcome) == ["failed"])
        #expect(try writer.reader.serviceStates().map(\.state) == ["running"])
        #expect(try writer.reader.verify().isSound)
    }

    @Test("B56: what a process that was killed while it made the ledger left behind does no harm")
    func cutOff() throws {
        let scratch = Scratch()
        try scratch.writer().close()
        let whole = Bytes.read(scratch.path)
        for length in [0, 512, whole.count / 2] {
            rename(scratch.path, scratch.path + ".aside")
            unlink(scratch.path + "-head")
            Bytes.write(Array(whole[..<length]), to: scratch.path + ".new")
            let writer = try scratch.writer()
            #expect(try writer.appendBlocking([.note(1)]).map(\.seq) == [1])
            writer.close()
            #expect(scratch.files() == [".gitignore", "lock", "ledger.sqlite", "ledger.sqlite-head", "ledger.sqlite.aside"])
        }
    }
}
