import Glibc
import Synchronization
import TestSupport

/// The program `ledger-fixture`, run as a process that can be killed.
final class FixtureProcess {
    private let process: OwnedProcess
    private let output: Int32
    private var pending: [UInt8] = []
    private var isKilled = false

    // A pipe made here must not be inherited by a process that another test starts meanwhile.
    private static let starting = Mutex(())

    /// - parameter settings: as `Tests/LedgerFixture/main.swift` lists them.
    init(directory: String, _ settings: [String] = []) throws {
        let (pid, output) = try Self.starting.withLock { _ in try Self.start([directory] + settings) }
        process = OwnedProcess(pid)
        self.output = output
    }

    private static func start(_ words: [String]) throws -> (pid_t, Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw FixtureError.cannotStart(errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var arguments: [UnsafeMutablePointer<CChar>?] = ([program] + words).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        let code = posix_spawn(&child, program, &actions, nil, &arguments, environ)
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            throw FixtureError.cannotStart(code)
        }
        return (child, ends[0])
    }

    deinit { close(output) }

    var pid: pid_t { process.pid }

    /// The next line of its output; `nil` at the end.
    func line() -> String? {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeSubrange(...end)
                return line
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(output, &buffer, buffer.count)
            guard count > 0 else { return nil }
            pending.append(contentsOf: buffer[..<count])
        }
    }

    /// Waits for its end by itself and gives what it said.
    func finish() -> [String] {
        var lines: [String] = []
        while let line = line() { lines.append(line) }
        _ = process.wait()
        return lines
    }

    /// Kills it as `kill -9` does, waits for its end, and gives the lines it had still written.
    @discardableResult
    func kill() -> [String] {
        guard !isKilled else { return [] }
        isKilled = true
        process.kill()
        var lines: [String] = []
        while let line = line() { lines.append(line) }
        return lines
    }

    /// Beside the test program, where the build puts every executable.
    private static var program: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = String(decoding: buffer[..<max(count, 0)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/ledger-fixture"
    }
}

enum FixtureError: Error {
    case cannotStart(Int32)
}
