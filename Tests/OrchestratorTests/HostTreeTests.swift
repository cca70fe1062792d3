import DockerClient
import FoundationEssentials
import Glibc
import Ledger
import TestSupport
import Testing

@testable import Orchestrator

/// What `copyIn` reads of the host and `copyOut` writes to it.
@Suite struct HostTreeTests {
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = TemporaryDirectory("tree")
        try withExtendedLifetime(directory) { try body(directory.path) }
    }

    /// Those of a group whose definition is in `root`.
    private func own(_ root: String, ledger: String? = nil) -> OwnFiles {
        OwnFiles(LedgerLocation(directory: "\(root)/.miniboss/group", path: ledger))
    }

    @Test("B54: what miniboss keeps is in no copy, wherever the ledger is, and is refused by name; what only resembles it is the user's")
    func ownFiles() throws {
        try withDirectory { root in
            for directory in [".miniboss", ".miniboss/group", "state", "state/my.sqlite.d", "deep", "deep/.miniboss"] {
                try #require(mkdir("\(root)/\(directory)", 0o700) == 0)
            }
            try #require(symlink("state", "\(root)/link") == 0)
            let files = [
                "a", ".miniboss-context", ".miniboss/group/ledger.sqlite", "state/my.sqlite", "state/my.sqlite-wal", "state/my.sqlite-head",
                "state/my.sqlite.d/lock", "state/my.sqlite.bak", "state/my.sql", "deep/.miniboss/x", "deep/b", "deep/my.sqlite",
            ]
            for file in files { try #require(FileManager.default.createFile(atPath: "\(root)/\(file)", contents: nil)) }
            let own = own(root, ledger: "\(root)/link/my.sqlite")
            let read = try HostTree.read(root, as: "r", leavingOut: own).filter { $0.kind == .file }.map(\.path)
            #expect(Set(read) == ["r/a", "r/state/my.sqlite.bak", "r/state/my.sql", "r/deep/b", "r/deep/my.sqlite"])
            for refused in ["state/my.sqlite", "state/my.sqlite-wal", "link/my.sqlite", "state/my.sqlite.d/lock", ".miniboss"] {
                #expect(throws: DockerError.self) { try own.refuse("\(root)/\(refused)") }
            }
            #expect(throws: DockerError.self) { try self.own(root).refuse("\(root)/.miniboss/group/ledger.sqlite") }
            for allowed in ["a", "state", "state/my.sql", "deep/my.sqlite", "state/my.sqlite.bak"] {
                #expect(throws: Never.self) { try own.refuse("\(root)/\(allowed)") }
            }
            // A project may live in a directory of that name.
            let inside = OwnFiles(LedgerLocation(directory: "\(root)/deep/.miniboss/.miniboss/group"))
            #expect(throws: Never.self) { try inside.refuse("\(root)/deep/.miniboss/x") }
        }
    }

    private func text(_ path: String) -> String? { FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } }

    @Test("what was read comes back the same: content, mode, links, directories")
    func roundTrip() throws {
        try withDirectory { root in
            try #require(mkdir("\(root)/a", 0o755) == 0 && mkdir("\(root)/a/deep", 0o750) == 0)
            try #require(FileManager.default.createFile(atPath: "\(root)/a/deep/file", contents: Data("hello".utf8)))
            try #require(chmod("\(root)/a/deep/file", 0o640) == 0 && symlink("deep/file", "\(root)/a/link") == 0)
            let entries = try HostTree.read("\(root)/a", as: "a", leavingOut: own(root))
            try HostTree.write(entries, to: "\(root)/b")
            #expect(text("\(root)/b/deep/file") == "hello" && text("\(root)/b/link") == "hello")
            var info = stat()
            #expect(lstat("\(root)/b/deep/file", &info) == 0 && info.st_mode & 0o777 == 0o640)
            #expect(lstat("\(root)/b/link", &info) == 0 && info.st_mode & S_IFMT == S_IFLNK)
            // Into what is a directory already, under its own name.
            try HostTree.write(entries, to: "\(root)/b")
            #expect(text("\(root)/b/a/deep/file") == "hello")
        }
    }

    @Test("second names of a file are links to it, a directory that may not be written to is filled before, devices are left out")
    func linksAndModes() throws {
        try withDirectory { root in
            let entries = [
                TarEntry(path: "x", kind: .directory, mode: 0o555), TarEntry(path: "x/one", content: Array("text".utf8)),
                TarEntry(path: "x/two", kind: .hardLink(target: "x/one")), TarEntry(path: "x/null", kind: .other(UInt8(ascii: "3"))),
            ]
            try HostTree.write(entries, to: "\(root)/y")
            #expect(text("\(root)/y/two") == "text" && access("\(root)/y/null", F_OK) != 0)
            var info = stat()
            #expect(stat("\(root)/y", &info) == 0 && info.st_mode & 0o777 == 0o555)
            #expect(stat("\(root)/y/two", &info) == 0 && info.st_nlink == 2)
            for target in ["/etc/passwd", "x/../../etc/passwd", "x/absent"] {
                let stranger = [entries[0], TarEntry(path: "x/two", kind: .hardLink(target: target))]
                let error = #expect(throws: DockerError.self) { try HostTree.write(stranger, to: "\(root)/z") }
                #expect("\(error.map { "\($0)" } ?? "")".contains("not among what is copied"))
            }
        }
    }

    @Test("a hostile archive can't write outside: not by `..`, not through a link to a directory, not through one to a file")
    func hostile() throws {
        try withDirectory { root in
            try #require(mkdir("\(root)/outside", 0o755) == 0)
            try #require(FileManager.default.createFile(atPath: "\(root)/outside/kept", contents: Data("kept".utf8)))
            let directory = TarEntry(path: "x", kind: .directory, mode: 0o755)
            let content = Array("overwritten".utf8)
            try HostTree.write([directory, TarEntry(path: "x/../outside/kept", content: content)], to: "\(root)/one")
            let link = TarEntry(path: "x/way", kind: .symbolicLink(target: "\(root)/outside"), mode: 0o777)
            #expect(throws: DockerError.self) {
                try HostTree.write([directory, link, TarEntry(path: "x/way/kept", content: content)], to: "\(root)/two")
            }
            let toFile = TarEntry(path: "x/file", kind: .symbolicLink(target: "\(root)/outside/kept"), mode: 0o777)
            #expect(throws: DockerError.self) {
                try HostTree.write([directory, toFile, TarEntry(path: "x/file", content: content)], to: "\(root)/three")
            }
            #expect(text("\(root)/outside/kept") == "kept")
        }
    }
}
