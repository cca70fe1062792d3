import Foundation
import Glibc
import Testing

@testable import DockerClient

@Suite("Build contexts: tar and .dockerignore")
struct TarTests {
    @Test(
        "B47: .dockerignore decides as Docker does",
        arguments: [
            ("*.log", "a.log", true), ("*.log", "d/a.log", false), ("**/*.log", "d/e/a.log", true), ("**/*.log", "a.log", true),
            ("d", "d/a", true), ("d/", "d/a", true), ("/d", "d/a", true), ("./d", "d/a", true), ("d/../e", "e/a", true),
            ("d/*", "d/a/b", true), ("*/b", "a/b/c", true), ("a?", "ab", true), ("a?", "a/", false), ("d/**", "d/x/y", true),
            ("d/**/z", "d/z", true), ("d/**/z", "d/x/y/z", true), ("# d", "# d", false), ("[a-c]x", "bx", true), ("[^a]x", "bx", true),
            ("[^a]x", "ax", false), ("\\*", "*", true), ("\\*", "a", false), ("*\n!keep", "keep", false), ("*\n!keep", "drop", true),
            ("d\n!d/keep", "d/keep", false), ("d\n!d/keep", "d/drop", true), ("!a\na", "a", true), ("*", "Dockerfile", false),
            ("*", ".dockerignore", false), (".", "a", false), ("  d  ", "d", true), ("**", "a/b", true), ("a**b", "axb", false),
            ("a**b", "ax/b", true), ("../a", "a", false), ("d/../../a", "a", false), ("/../a", "a", true), ("*\n!../a", "a", true),
        ])
    func ignore(text: String, path: String, ignored: Bool) throws {
        #expect(try DockerIgnore(text).ignores(path) == ignored, "\(text) on \(path)")
    }

    @Test("Malformed patterns are named; a pattern made to explode does not")
    func malformed() async throws {
        #expect(await failure { () async throws(DockerError) in try DockerIgnore("[a") }?.description.contains("[a") == true)
        #expect(await failure { () async throws(DockerError) in try DockerIgnore("a\\") }?.code == .badRequest)
        let ignore = try DockerIgnore(String(repeating: "*a", count: 40) + "b")
        #expect(!ignore.ignores(String(repeating: "a", count: 400)))
    }

    @Test("What tar lists is what was sent: links kept, sockets and ignored files left out, long and foreign names whole")
    func stream() async throws {
        try await withDirectory { directory in
            let long = String(repeating: "verylongname", count: 15)
            let context = directory + "/context"
            try write("FROM x", to: context + "/Dockerfile")
            try write("*\n!src\nsrc/*.tmp\n!\(long)\n", to: context + "/.dockerignore")
            try write(String(repeating: "x", count: 200_000), to: context + "/src/big")
            try write("", to: context + "/src/empty")
            try write("é", to: context + "/src/größe ü.txt")
            try write("no", to: context + "/src/a.tmp")
            try write("no", to: context + "/other/file")
            try write("long", to: "\(context)/\(long)/\(long)")
            symlink("../../etc/passwd", context + "/src/link")
            mkfifo(context + "/src/pipe", 0o600)
            let bytes = try await collect(BuildContext(directory: context).stream())
            let archive = directory + "/context.tar"
            try Data(bytes).write(to: URL(fileURLWithPath: archive))
            let listed = Set(try run("tar", "-t", "--quoting-style=literal", "-f", archive).split(separator: "\n").map(String.init))
            #expect(
                listed == [
                    ".dockerignore", "Dockerfile", "src/", "src/big", "src/empty", "src/größe ü.txt", "src/link", "\(long)/",
                    "\(long)/\(long)",
                ])
            try run("mkdir", directory + "/out")
            try run("tar", "-x", "-C", directory + "/out", "-f", archive)
            #expect(try run("cmp", context + "/src/big", directory + "/out/src/big") == "")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: directory + "/out/src/link") == "../../etc/passwd")
            #expect(try await collect(BuildContext(directory: context).stream()) == bytes)
            let entries = try TarReader.entries(of: bytes)
            #expect(Set(entries.map { $0.kind == .directory ? $0.path + "/" : $0.path }) == listed)
            #expect(entries.first { $0.path == "src/link" }?.kind == .symbolicLink(target: "../../etc/passwd"))
        }
    }

    @Test("B43, B47: a Dockerfile outside of the context is sent along and kept out of the image; one inside may be named absolutely")
    func outsideDockerfile() async throws {
        try await withDirectory { directory in
            try write("FROM x", to: directory + "/files/Dockerfile")
            try write("FROM y", to: directory + "/context/sub/D")
            try write("*.log\n", to: directory + "/context/.dockerignore")
            let outside = try BuildContext(directory: directory + "/context", dockerfile: "../files/Dockerfile")
            let entries = try TarReader.entries(of: try await collect(outside.stream()))
            #expect(entries.map(\.path).sorted() == [".dockerignore", outside.dockerfile, "sub", "sub/D"].sorted())
            #expect(entries.first { $0.path == outside.dockerfile }?.content == Array("FROM x".utf8))
            let ignored = String(decoding: entries.first { $0.path == ".dockerignore" }?.content ?? [], as: UTF8.self)
            #expect(ignored.split(separator: "\n") == ["*.log", Substring(outside.dockerfile)])
            let inside = try BuildContext(directory: directory + "/context", dockerfile: directory + "/context/./sub/D")
            #expect(inside.dockerfile == "sub/D")
            let gone = await failure { () async throws(DockerError) in
                try BuildContext(directory: directory + "/context", dockerfile: "../gone")
            }
            #expect(gone?.code == .badRequest)
        }
    }

    @Test("Archives of GNU tar are read, and broken ones refused at every length")
    func reader() async throws {
        try await withDirectory { directory in
            let long = String(repeating: "n", count: 150)
            try write("hello", to: "\(directory)/in/\(long)")
            for format in ["gnu", "pax", "ustar"] {
                let archive = "\(directory)/\(format).tar"
                if format == "ustar" { try write("hello", to: "\(directory)/in/short") }
                try run("tar", "-c", "-H", format, "-C", directory + "/in", "-f", archive, format == "ustar" ? "short" : long)
                let entries = try TarReader.entries(of: Array(Data(contentsOf: URL(fileURLWithPath: archive))))
                #expect(entries.map(\.content) == [Array("hello".utf8)])
                #expect(entries.first?.path == (format == "ustar" ? "short" : long))
            }
            let bytes = TarWriter.archive([TarEntry(path: "a", content: Array("hello".utf8))])
            #expect(try TarReader.entries(of: bytes).map(\.content) == [Array("hello".utf8)])
            for count in [1, 511, 513, 1000] {
                #expect(
                    await failure { () async throws(DockerError) in try TarReader.entries(of: Array(bytes.prefix(count))) }?.code
                        == .truncated)
            }
            #expect(
                await failure { () async throws(DockerError) in try TarReader.entries(of: [UInt8](repeating: 65, count: 1024)) }?.code
                    == .protocolViolation)
        }
    }

    @Test("A context that is no directory, or has no Dockerfile, is refused before anything is sent")
    func missing() async throws {
        #expect(await failure { () async throws(DockerError) in try BuildContext(directory: "/nonexistent") }?.code == .badRequest)
        try await withDirectory { directory in
            let error = await failure { () async throws(DockerError) in try BuildContext(directory: directory) }
            #expect(error?.description.contains("Dockerfile") == true)
        }
    }

    private func collect(_ stream: ByteStream) async throws -> [UInt8] {
        var all: [UInt8] = []
        while let piece = try await stream.next() {
            #expect(piece.count < 200_000)
            all += piece
        }
        return all
    }

    @discardableResult
    private func run(_ command: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(command)")
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension DockerIgnore {
    /// Whether the path is left out, with all directories above it looked at first, as a walk does.
    fileprivate func ignores(_ path: String) -> Bool {
        let names = path.split(separator: "/")
        return names.indices.reduce(Verdict()) { verdict(on: names[...$1].joined(separator: "/"), below: $0) }.isIgnored
    }
}
