/// The output of a container or an exec, as `LogFrame`s.
///
/// - Throws: `.truncated` when it ends inside a frame, `.failedInStream` with the engine's error text.
public struct LogFrames: AsyncSequence, Sendable {
    public typealias Element = LogFrame
    public typealias Failure = DockerError

    let body: HTTPBody
    let multiplexed: Bool

    public func makeAsyncIterator() -> Iterator { Iterator(body: body, multiplexed: multiplexed) }

    public struct Iterator: AsyncIteratorProtocol {
        let body: HTTPBody
        let multiplexed: Bool
        private var framing = MultiplexedFraming()
        private var ready: ArraySlice<MultiplexedFraming.Output> = []

        init(body: HTTPBody, multiplexed: Bool) {
            self.body = body
            self.multiplexed = multiplexed
        }

        public mutating func next() async throws(DockerError) -> LogFrame? {
            try await next(isolation: nil)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(DockerError) -> LogFrame? {
            let exchange = body.lease.exchange
            while true {
                switch ready.popFirst() {
                case .frame(let frame): return frame
                case .systemError(let text): throw exchange.error(.failedInStream, text)
                case nil: break
                }
                guard let chunk = try await exchange.nextChunk() else {
                    do { try framing.finish() } catch { throw exchange.error(.truncated, "the output ended inside a frame") }
                    return nil
                }
                guard multiplexed else { return LogFrame(stream: .standardOutput, bytes: chunk) }
                do {
                    ready = try framing.add(chunk)[...]
                } catch {
                    throw exchange.error(.protocolViolation, "not a multiplexed stream: \(error)")
                }
            }
        }
    }
}

/// A line of a container's output.
public struct LogLine: Sendable, Equatable {
    public var stream: LogFrame.Stream
    /// Without newline; invalid UTF-8 is replaced.
    public var text: String
    /// RFC 3339, when it was asked for.
    public var timestamp: String?
    /// Bytes beyond the limit of a line, which are gone.
    public var dropped: Int

    public init(stream: LogFrame.Stream, text: String, timestamp: String? = nil, dropped: Int = 0) {
        self.stream = stream
        self.text = text
        self.timestamp = timestamp
        self.dropped = dropped
    }
}

/// The output of a container in lines; the two streams are split apart from each other.
public struct LogLines: AsyncSequence, Sendable {
    public typealias Element = LogLine
    public typealias Failure = DockerError

    /// Bytes kept of one line.
    static let longestLine = 1 << 20

    let frames: LogFrames
    let timestamps: Bool

    public func makeAsyncIterator() -> Iterator { Iterator(frames: frames.makeAsyncIterator(), timestamps: timestamps) }

    public struct Iterator: AsyncIteratorProtocol {
        private var frames: LogFrames.Iterator
        private let timestamps: Bool
        private var framings: [LogFrame.Stream: LineFraming] = [:]
        private var ready: ArraySlice<LogLine> = []
        private var ended = false

        init(frames: LogFrames.Iterator, timestamps: Bool) {
            self.frames = frames
            self.timestamps = timestamps
        }

        public mutating func next() async throws(DockerError) -> LogLine? {
            try await next(isolation: nil)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(DockerError) -> LogLine? {
            while true {
                if let line = ready.popFirst() { return line }
                if ended { return nil }
                if let frame = try await frames.next(isolation: actor) {
                    let lines = framings[frame.stream, default: LineFraming(limit: LogLines.longestLine)].add(frame.bytes)
                    ready = lines.map { line($0, frame.stream) }[...]
                } else {
                    ended = true
                    for stream in [LogFrame.Stream.standardOutput, .standardError] {
                        if let rest = framings[stream]?.finish() { ready.append(line(rest, stream)) }
                    }
                }
            }
        }

        private func line(_ line: LineFraming.Line, _ stream: LogFrame.Stream) -> LogLine {
            let text = String(decoding: line.bytes, as: UTF8.self)
            guard timestamps, let blank = text.firstIndex(of: " ") else {
                return LogLine(stream: stream, text: text, dropped: line.dropped)
            }
            let rest = String(text[text.index(after: blank)...])
            return LogLine(stream: stream, text: rest, timestamp: String(text[..<blank]), dropped: line.dropped)
        }
    }
}
