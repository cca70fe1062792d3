import Glibc
import Synchronization

/// Pieces of an answer that has no end, such as the engine's events, for all who follow.
public final class ScriptedFeed: Sendable {
    /// One piece, and what it is about.
    public struct Piece: Sendable {
        public var tags: [String: String]
        public var bytes: [UInt8]

        public init(tags: [String: String], bytes: [UInt8]) {
            self.tags = tags
            self.bytes = bytes
        }
    }

    private struct State {
        var pieces: [Piece] = []
        var followers: [Int32: @Sendable (Piece) -> Bool] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    public func publish(_ piece: Piece) {
        state.withLock { state in
            state.pieces.append(piece)
            for (file, interest) in state.followers where interest(piece) { Self.send(piece, file) }
        }
    }

    /// Sends what was and what comes, and returns when the peer of `file` has gone.
    func follow(_ file: Int32, _ interest: @escaping @Sendable (Piece) -> Bool) {
        state.withLock { state in
            for piece in state.pieces where interest(piece) { Self.send(piece, file) }
            state.followers[file] = interest
        }
        var event = pollfd(fd: file, events: ScriptedSocket.peerClosed, revents: 0)
        while poll(&event, 1, -1) < 0, errno == EINTR {}
        state.withLock { state in state.followers[file] = nil }
    }

    private static func send(_ piece: Piece, _ file: Int32) {
        _ = ScriptedSocket.write(file, ScriptedReply.chunked([]).wire(piece.bytes))
    }
}
