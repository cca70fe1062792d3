import Glibc
import TestSupport
import Testing

@testable import Orchestrator

@Suite("A file replaced as a whole") struct ReplacedFileTests {
    private let place = TemporaryDirectory("file")
    private var directory: String { place.path }

    private func clear(_ names: String...) {
        for name in names { unlink("\(directory)/\(name)") }
        // Fails, and shows it, when anything but what the test made was left.
        #expect(rmdir(directory) == 0)
    }

    private func text(_ name: String) throws -> String {
        let file = try #require(fopen("\(directory)/\(name)", "re"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }

    @Test("a new file, and one that was there, and one behind a link") func written() throws {
        try ReplacedFile(path: "\(directory)/a").write("one")
        #expect(try text("a") == "one")
        symlink("a", "\(directory)/link")
        try ReplacedFile(path: "\(directory)/link").write("two")
        #expect(try text("a") == "two")
        var info = stat()
        #expect(lstat("\(directory)/link", &info) == 0 && info.st_mode & S_IFMT == S_IFLNK)
        clear("a", "link")
    }

    @Test("a reader that has it open keeps the old text") func whole() throws {
        try ReplacedFile(path: "\(directory)/a").write("old text")
        let open = try #require(fopen("\(directory)/a", "re"))
        defer { fclose(open) }
        try ReplacedFile(path: "\(directory)/a").write("new")
        var bytes = [UInt8](repeating: 0, count: 64)
        #expect(String(decoding: bytes[..<fread(&bytes, 1, bytes.count, open)], as: UTF8.self) == "old text")
        clear("a")
    }

    @Test("a device is written to, never replaced") func device() throws {
        try ReplacedFile(path: "/dev/null").write("gone")
        var info = stat()
        #expect(stat("/dev/null", &info) == 0 && info.st_mode & S_IFMT == S_IFCHR)
        clear()
    }

    @Test("a pipe takes more than it holds, as slowly as it is read") func slowReader() async throws {
        let pipe = "\(directory)/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        try #require(reader >= 0 && fcntl(reader, F_SETFL, 0) == 0)
        defer { close(reader) }
        let text = String(repeating: "x", count: 1 << 20)
        async let written: Void = try ReplacedFile(path: pipe).write(text)
        var bytes = [UInt8](repeating: 0, count: 4096)
        var count = 0
        while count < text.utf8.count {
            let more = read(reader, &bytes, bytes.count)
            // Nobody writes any more, or nobody yet.
            guard more >= 0 else { break }
            count += more
            if more == 0 { await Task.yield() }
        }
        try await written
        #expect(count == text.utf8.count)
        clear("pipe")
    }

    @Test("where nothing can be written the system's words say why, and nothing is left behind") func refused() throws {
        #expect(throws: ReplacedFile.Failure.self) { try ReplacedFile(path: directory).write("x") }
        do { try ReplacedFile(path: "\(directory)/no/file").write("x") } catch { #expect(error.reason == "No such file or directory") }
        // A device that is always full.
        do { try ReplacedFile(path: "/dev/full").write("x") } catch { #expect(error.reason == "No space left on device") }
        clear()
    }

    @Test("what a killed process left is in nobody's way, and a file keeps the mode it was given") func leftovers() throws {
        try #require(fclose(fopen("\(directory)/a.\(getpid()).new", "we")) == 0)
        try ReplacedFile(path: "\(directory)/a").write("one")
        try #require(chmod("\(directory)/a", 0o640) == 0)
        try ReplacedFile(path: "\(directory)/a").write("two")
        var info = stat()
        #expect(try text("a") == "two" && stat("\(directory)/a", &info) == 0 && info.st_mode & 0o777 == 0o640)
        clear("a", "a.\(getpid()).new")
    }
}
