import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Runs the real program, one process after another, and reads what they had said when they ended.
struct Supervisor: Sendable {
    /// A process that has ended.
    struct Ended: Sendable {
        var pid: Int32
        var arguments: [String]
        /// What it had on it, if anything.
        var fault: FaultPoint?
        var wasKilled: Bool
        var code: Int32
        /// What it called durable, one event a line.
        var progress: [String]
        /// Everything else it said.
        var words: String
    }

    let program: String
    /// Where places and what the launcher compiles are kept.
    private let root: String
    private let shim: LedgerShim

    /// - Throws: when the program is not named; such a test fails, it is not skipped.
    fileprivate init(root: String) throws {
        self.root = root
        program = try #require(ProcessInfo.processInfo.environment["MINIBOSS_BIN"], "MINIBOSS_BIN names the program under test")
        shim = try LedgerShim(root + "/shim.so")
    }

    /// Where places may be. The launcher compiles a definition for each path, so they are used again and again.
    func directory(_ name: String) -> String { "\(root)/\(name)" }

    /// Runs a command in a place to its end, whichever that is.
    ///
    /// - Parameter launching: is called with what begins the process and gives its pid.
    func run(
        _ arguments: [String], in place: KillPlace, host: String, fault: FaultPoint? = nil,
        launching: (() throws -> Int32) throws -> Void
    ) throws -> Ended {
        var begun: OwnedProcess?
        let files = ["out", "err"].map { "\(place.directory)/\($0)" }
        try launching {
            let process = OwnedProcess(try begin(arguments, in: place, host: host, fault: fault, files))
            begun = process
            return process.pid
        }
        let process = try #require(begun)
        let status = process.wait()
        // A line that was cut off was never said.
        let lines = place.read("err").split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        let signal = status & 0x7f
        try #require(signal == 0 || signal == SIGKILL, "ended by signal \(signal)")
        return Ended(
            pid: process.pid, arguments: arguments, fault: fault, wasKilled: signal == SIGKILL, code: (status >> 8) & 0xff,
            progress: lines.filter { $0.hasPrefix("{") },
            words: place.read("out") + lines.filter { !$0.hasPrefix("{") }.joined(separator: "\n"))
    }

    private func begin(
        _ arguments: [String], in place: KillPlace, host: String, fault: FaultPoint?, _ files: [String]
    ) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (descriptor, file) in zip([Int32(1), 2], files) {
            posix_spawn_file_actions_addopen(&actions, descriptor, file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        // A shell that becomes the program, for the directory.
        let command = ["sh", "-c", "cd \"$0\" && exec \"$@\"", place.directory, program] + arguments + ["--progress", "json"]
        var settings = ProcessInfo.processInfo.environment
        settings["DOCKER_HOST"] = host
        settings["XDG_CACHE_HOME"] = directory("cache")
        settings.merge(shim.variables(for: fault)) { _, new in new }
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = settings.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid = pid_t()
        try #require(posix_spawn(&pid, "/bin/sh", &actions, nil, &words, &variables) == 0)
        return pid
    }
}

/// `Tests/KillShim`, compiled: what kills a process at a numbered call on the ledger's files.
private struct LedgerShim: Sendable {
    private let path: String

    init(_ path: String) throws {
        self.path = path
        let source = String(#filePath.split(separator: "/KillTests/").first ?? "") + "/KillShim/ledger_calls.c"
        let words = ["clang", "-shared", "-fPIC", "-O1", "-o", path, source, "-ldl"]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for text in arguments { free(text) } }
        var pid = pid_t()
        try #require(posix_spawnp(&pid, "clang", nil, nil, &arguments, environ) == 0, "clang, which comes with swift, is in PATH")
        try #require(OwnedProcess(pid).wait() == 0, "the shim does not compile")
    }

    func variables(for fault: FaultPoint?) -> [String: String] {
        switch fault {
        case .sync(let point): ["LD_PRELOAD": path, "LEDGER_KILL_AT": String(point)]
        case .write(let point): ["LD_PRELOAD": path, "LEDGER_KILL_AT": String(point), "LEDGER_KILL_WRITES": "1"]
        case .request, nil: [:]
        }
    }
}

/// Gives the tests of a suite one supervisor, and takes away what it kept.
struct Supervision: SuiteTrait, TestScoping {
    @TaskLocal static var supervisor: Supervisor?

    static func current() throws -> Supervisor { try #require(supervisor) }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        // In memory where that can be: nobody pulls a plug here, so waiting for a disk would prove nothing.
        let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        let directory = TemporaryDirectory("kill", in: parent)
        defer { withExtendedLifetime(directory) {} }
        try await Self.$supervisor.withValue(try Supervisor(root: directory.path)) { try await function() }
    }
}

extension Trait where Self == Supervision {
    static var supervised: Self { Self() }
}
