import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// A command of the real program that goes on beside its test, and ends with it.
struct LaunchedProgram {
    fileprivate let process: OwnedProcess
    fileprivate let output: String
    fileprivate let errors: String

    var pid: pid_t { process.pid }

    func send(_ signal: Int32) { kill(pid, signal) }

    /// Waits for its end. The exit code is 128 and the signal's number for one that a signal ended, as in a shell.
    func wait() throws -> Finished {
        let status = process.wait()
        let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        return Finished(code: code, output: try fileText(output), errors: try fileText(errors))
    }

    /// Waits until it is stopped, as by SIGTSTP.
    func waitUntilStopped() throws {
        var status: Int32 = 0
        while waitpid(pid, &status, WUNTRACED) < 0 { try #require(errno == EINTR) }
        try #require(status & 0xff == 0x7f, "it ended instead of stopping: \(status)")
    }
}

extension Workshop {
    /// Begins a command in the workshop's directory.
    ///
    /// - Parameters:
    ///   - variables: set over the environment of the test; `nil` removes one.
    ///   - isBare: begins it without standard streams: descriptors 0, 1 and 2 are closed.
    ///   - isJob: makes it a process group of its own, as a shell does with its jobs; others may be orphans, which can't be stopped.
    ///   - name: of the files that take what it prints.
    ///   - other: is run instead of the program under test.
    func launch(
        _ arguments: [String], variables: [String: String?] = [:], isBare: Bool = false, isJob: Bool = false, name: String = "",
        program other: String? = nil
    ) throws -> LaunchedProgram {
        let output = "\(directory)/\(name)out"
        let errors = "\(directory)/\(name)err"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals as a shell in the foreground hands them on, whatever the test runner ignores.
        var defaults = sigset_t()
        sigfillset(&defaults)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | (isJob ? POSIX_SPAWN_SETPGROUP : 0)))
        // A shell that becomes the program: it alone can close the streams without anyone of ours opening others there.
        let exec = isBare ? "exec \"$@\" <&- >&- 2>&-" : "exec \"$@\""
        let command = ["sh", "-c", "cd \"$0\" && \(exec)", directory, other ?? program] + arguments
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var settings: [String: String?] = ProcessInfo.processInfo.environment
        settings.merge(variables) { _, new in new }
        var lines: [UnsafeMutablePointer<CChar>?] = settings.compactMap { key, value in value.map { strdup("\(key)=\($0)") } } + [nil]
        defer { for text in words + lines { free(text) } }
        var child = pid_t()
        try #require(posix_spawn(&child, "/bin/sh", &actions, &attributes, &words, &lines) == 0)
        return LaunchedProgram(process: OwnedProcess(child), output: output, errors: errors)
    }

    /// Runs a line of bash in the workshop's directory, and waits for it.
    func shell(_ line: String) throws -> Finished { try launch(["-c", line], name: "shell-", program: "/bin/bash").wait() }

    /// Runs a program as a user whom file modes bind, since they don't bind root: without the capabilities to pass them over.
    func boundByModes(_ command: [String], variables: [String: String?] = [:]) throws -> Finished {
        guard geteuid() == 0 else { return try launch(Array(command.dropFirst()), variables: variables, program: command[0]).wait() }
        let less = ["--bounding-set=-dac_override,-dac_read_search"]
        return try launch(less + command, variables: variables, program: "/usr/bin/setpriv").wait()
    }

    /// A named pipe in the workshop's directory, by which a hook says how far it is.
    func signalPost(_ name: String) throws -> SignalPost { try SignalPost("\(directory)/\(name)") }
}

/// Where a hook of the program under test says how far it is.
final class SignalPost {
    private let descriptor: Int32

    init(_ path: String) throws {
        try #require(mkfifo(path, 0o600) == 0)
        // Open for both, so that neither side waits for the other to open it.
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        try #require(descriptor >= 0)
    }

    deinit { close(descriptor) }

    /// Lets go whoever reads a line here.
    func say() throws { try #require(write(descriptor, "\n", 1) == 1) }

    /// Waits for the next byte; fails when nobody says anything for a minute.
    func await() throws {
        var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        try #require(poll(&event, 1, 60_000) == 1, "the program under test never came to its hook")
        var byte: UInt8 = 0
        try #require(Glibc.read(descriptor, &byte, 1) == 1)
    }
}

func fileText(_ path: String) throws -> String {
    let file = try #require(fopen(path, "re"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}
