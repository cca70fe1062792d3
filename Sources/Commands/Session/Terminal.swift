import Glibc
import Orchestrator

/// The caller's terminal while a command in a container has it.
enum Terminal {
    /// The process's own streams, as a command in a container takes them over.
    ///
    /// A terminal that only has our input (`miniboss exec db -- ls | less`) is left to who reads the output.
    static func streams() -> CommandStreams {
        let isTerminal = isatty(STDIN_FILENO) == 1
        let tty = isTerminal && isatty(STDOUT_FILENO) == 1
        return CommandStreams(
            input: isTerminal && !tty ? .none : .descriptor(STDIN_FILENO), tty: tty,
            size: { TextStream.standardOutput.size },
            output: { bytes, isError in pass(bytes, to: isError ? STDERR_FILENO : STDOUT_FILENO) })
    }

    /// Runs `body` with every key passed on as it is, interrupts included, and gives the terminal back as it was.
    static func raw<Result>(_ isWanted: Bool, _ body: () async throws -> Result) async throws -> Result {
        var before = termios()
        guard isWanted, tcgetattr(STDIN_FILENO, &before) == 0 else { return try await body() }
        var raw = before
        cfmakeraw(&raw)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
        defer { tcsetattr(STDIN_FILENO, TCSADRAIN, &before) }
        return try await body()
    }

    private static func pass(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
