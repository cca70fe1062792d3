import Glibc

/// A standard stream, written without a buffer of our own.
struct TextStream: Sendable {
    static let standardOutput = TextStream(descriptor: STDOUT_FILENO)
    static let standardError = TextStream(descriptor: STDERR_FILENO)

    let descriptor: Int32
    /// Hooks print through the C library: what they said first must come first.
    var flushesFirst = true

    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Columns and rows of the terminal; `nil` where it is none, or does not know.
    var size: (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        // Some terminals know their width alone.
        return (Int(size.ws_col), size.ws_row > 0 ? max(2, Int(size.ws_row)) : 24)
    }

    /// The width to keep to on a terminal; `nil` for pipes and files, whose readers take lines whole.
    var width: Int? { isTerminal ? size?.columns ?? 80 : nil }

    /// Standard output for what a program will read: what hooks print goes to standard error from now on.
    static func keptForResults() -> TextStream {
        let kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
        guard kept >= 0, dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 else { return .standardOutput }
        return TextStream(descriptor: kept)
    }

    /// Writes all of `text`.
    /// - Throws: `StreamFailure.closed` when nobody reads any more (`miniboss history | head`), which is no error of anyone.
    func write(_ text: String) throws(StreamFailure) {
        if flushesFirst { StandardStreams.flush() }
        try write(Array(text.utf8))
    }

    func write(_ bytes: [UInt8]) throws(StreamFailure) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                bytes = bytes.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wait, 1, -1)
            case EPIPE: throw .closed
            case EIO where isHungUp: throw .closed
            case let number: throw .system(String(cString: strerror(number)))
            }
        }
    }

    /// Whether it was a terminal, which is gone. Of a file on a broken disk the kernel says another thing.
    private var isHungUp: Bool {
        errno = 0
        return isatty(descriptor) == 0 && errno == EIO
    }

    func line(_ text: String) throws(StreamFailure) { try write(text + "\n") }

    func lines(_ lines: [String]) throws(StreamFailure) {
        guard !lines.isEmpty else { return }
        try write(lines.joined(separator: "\n") + "\n")
    }

    /// Writes what is nice to have: a progress line nobody can read is no reason to stop.
    func attempt(_ text: String) { try? write(text) }
}

/// Why a standard stream takes no more.
enum StreamFailure: Error, Equatable {
    case closed
    case system(String)
}
