/// Which part of a container's output is read.
public struct LogOptions: Sendable, Equatable {
    /// Lines from the end; nil reads all.
    public var tail: Int?
    /// Go on with what is written until the container ends.
    public var follow = false
    /// Only what was written from then on, by the engine's clock.
    public var since: EngineTime?
    /// Begin each line with its time in RFC 3339 and a blank.
    public var timestamps = false
    public var standardOutput = true
    public var standardError = true
    /// Whether the container has a terminal, whose output is not multiplexed; nil asks the engine.
    public var tty: Bool?

    public init(tail: Int? = nil, follow: Bool = false, since: EngineTime? = nil, timestamps: Bool = false) {
        self.tail = tail
        self.follow = follow
        self.since = since
        self.timestamps = timestamps
    }
}

extension Docker {
    /// A container's output, in pieces as the engine sends them.
    ///
    /// Maps to `GET /containers/{id}/logs`.
    public func logs(_ id: String, _ options: LogOptions = LogOptions()) async throws(DockerError) -> LogFrames {
        var tty = options.tty
        if tty == nil { tty = try await inspectContainer(id).config.tty }
        var call = EngineCall("GET", try container(id, "/logs"))
        call.query = [
            ("follow", options.follow ? "1" : "0"), ("stdout", options.standardOutput ? "1" : "0"),
            ("stderr", options.standardError ? "1" : "0"), ("timestamps", options.timestamps ? "1" : "0"),
            ("tail", options.tail.map { "\($0)" } ?? "all"),
        ]
        if let since = options.since { call.query.append(("since", since.description)) }
        call.patience = options.follow ? .head : .quiet(patience)
        return LogFrames(body: try await send(call).body, multiplexed: tty != true)
    }

    /// A container's output in lines.
    public func logLines(_ id: String, _ options: LogOptions = LogOptions()) async throws(DockerError) -> LogLines {
        LogLines(frames: try await logs(id, options), timestamps: options.timestamps)
    }

    /// The last lines of a container's output, both streams in the order the engine has them.
    public func logTail(_ id: String, lines: Int, since: EngineTime? = nil) async throws(DockerError) -> [LogLine] {
        var all: [LogLine] = []
        for try await line in try await logLines(id, LogOptions(tail: lines, since: since)) { all.append(line) }
        return all.suffix(lines)
    }
}
