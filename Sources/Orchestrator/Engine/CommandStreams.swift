import DockerClient

/// The standard streams of a command in a container, as its caller has them.
public struct CommandStreams: Sendable {
    public enum Input: Sendable {
        case none
        case bytes([UInt8])
        /// A descriptor of this process; it stays open.
        case descriptor(Int32)
    }

    public var input: Input
    /// Whether the command gets a terminal of its own, as large as `size` says.
    public var tty: Bool
    /// Columns and rows of the caller's terminal; asked again while the command runs.
    public var size: @Sendable () -> (columns: Int, rows: Int)?
    /// Gets what the command writes, in order; a command with a terminal has one stream. Says why it can take nothing more,
    /// which is the end of the session, or `nil`.
    public var output: @Sendable (_ bytes: [UInt8], _ isError: Bool) -> String?
    /// Told when the streams are the command's, and when they are the caller's again.
    public var attached: @Sendable (Bool) -> Void

    public init(
        input: Input, tty: Bool = false, size: @escaping @Sendable () -> (columns: Int, rows: Int)? = { nil },
        output: @escaping @Sendable (_ bytes: [UInt8], _ isError: Bool) -> String?,
        attached: @escaping @Sendable (Bool) -> Void = { _ in }
    ) {
        self.input = input
        self.tty = tty
        self.size = size
        self.output = output
        self.attached = attached
    }

    /// Moves bytes until the command closes its side, and passes on changes of the terminal's size.
    func pump(
        _ session: InteractiveSession, resize: @escaping @Sendable (Int, Int) async throws(DockerError) -> Void
    ) async throws(DockerError) {
        attached(true)
        defer { attached(false) }
        let source: SessionInput =
            switch input {
            case .none: .bytes([])
            case .bytes(let bytes): .bytes(bytes)
            case .descriptor(let descriptor): .descriptor(descriptor)
            }
        let watch = Task { [tty, size] in
            var last: (columns: Int, rows: Int)?
            while tty, !Task.isCancelled {
                // A size that can't be passed on costs looks, not the command; the first may come before the process has begun.
                if let now = size(), last.map({ $0 != now }) ?? true, (try? await resize(now.columns, now.rows)) != nil { last = now }
                try await Task.sleep(for: .milliseconds(250))
            }
        }
        defer { watch.cancel() }
        try await session.pump(source) { [output] frame in output(frame.bytes, frame.stream == .standardError) }
    }
}
