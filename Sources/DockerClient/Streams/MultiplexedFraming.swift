/// A piece of a container's output and the stream it was written to.
public struct LogFrame: Sendable, Equatable {
    public enum Stream: UInt8, Sendable, Equatable {
        case standardInput = 0
        case standardOutput = 1
        case standardError = 2
    }

    public var stream: Stream
    public var bytes: [UInt8]

    public init(stream: Stream, bytes: [UInt8]) {
        self.stream = stream
        self.bytes = bytes
    }
}

/// Takes apart the engine's multiplexed stream, however it was cut on the way.
///
/// Eight bytes of header (stream, three zeros, length as big-endian UInt32), then the payload
/// (Engine API, `POST /containers/{id}/attach`). Stream 3, absent there, carries the engine's own error text.
struct MultiplexedFraming: Sendable {
    enum Output: Equatable {
        case frame(LogFrame)
        case systemError(String)
    }

    enum Failure: Error, Equatable {
        case unknownStream(UInt8)
        case tooLong(Int)
        case truncated
    }

    /// Longer than anything an engine sends: log lines are cut at 16 KiB, copies at 32 KiB.
    static let longestFrame = 16 << 20

    private var pending: [UInt8] = []

    mutating func add(_ bytes: [UInt8]) throws(Failure) -> [Output] {
        pending += bytes
        var outputs: [Output] = []
        var start = 0
        while pending.count - start >= 8 {
            let kind = pending[start]
            guard kind <= 3, pending[start + 1] | pending[start + 2] | pending[start + 3] == 0 else { throw .unknownStream(kind) }
            let length = pending[start + 4..<start + 8].reduce(0) { $0 << 8 | Int($1) }
            guard length <= Self.longestFrame else { throw .tooLong(length) }
            guard pending.count - start - 8 >= length else { break }
            let payload = Array(pending[start + 8..<start + 8 + length])
            start += 8 + length
            if let stream = LogFrame.Stream(rawValue: kind) {
                if length > 0 { outputs.append(.frame(LogFrame(stream: stream, bytes: payload))) }
            } else {
                outputs.append(.systemError(String(decoding: payload, as: UTF8.self)))
            }
        }
        pending.removeFirst(start)
        return outputs
    }

    var isBetweenFrames: Bool { pending.isEmpty }

    /// The end of the stream is clean only between frames.
    func finish() throws(Failure) {
        if !isBetweenFrames { throw .truncated }
    }
}
