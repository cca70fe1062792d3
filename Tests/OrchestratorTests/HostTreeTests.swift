import DockerClient
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import Orchestrator

/// What `copyIn` reads of the host and `copyOut` writes to it.
@Suite struct HostTreeTests {
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = TemporaryDirectory("tree")
        try withExtendedLifetime(directory) { try body(directory.path) }
    }

    private func text(_ path: String) -> String? { FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } }

    @Test("what was read comes back the same: content, mode, links, directories")
    func roundTrip() throws {
        try withDirectory { root in
            try #require(mkdir("\(root)/a", 0o755) == 0 && mkdir("\(root)/a/deep", 0o750) == 0)
            try #require(FileManager.default.createFile(atPath: "\(root)/a/deep/file", contents: Data("hello".utf8)))
            try #require(chmod("\(root)/a/deep/file", 0o640) == 0 && symlink("deep/file", "\(root)/a/link") == 0)
            let entries = try HostTree.read("\(root)/a", as: "a")
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
