import Glibc

/// A request as it arrived.
public struct ScriptedRequest: Sendable {
    public var method: String
    /// Without version and query.
    public var path: String
    /// `1.41`; nil for an unversioned path.
    public var version: String?
    /// Decoded; a repeated key keeps all values.
    public var query: [String: [String]]
    /// By lowercased name.
    public var headers: [String: String]
    public var body: [UInt8]
    /// Path and query as they came, still encoded.
    public var target: String
    /// The process that opened the connection, at a Unix socket; 0 where it is not known.
    public var peer: Int32

    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// A whole answer.
public struct ScriptedReply: Sendable {
    public enum Framing: Sendable { case length, chunked, untilClose }

    public var status: Int
    public var headers: [String: String] = [:]
    /// One chunk each when chunked, one write each otherwise.
    public var pieces: [[UInt8]]
    public var framing = Framing.length

    public init(_ status: Int, headers: [String: String] = [:], pieces: [[UInt8]] = [], framing: Framing = .length) {
        self.status = status
        self.headers = headers
        self.pieces = pieces
        self.framing = framing
    }

    public static func json(_ status: Int, _ text: String) -> ScriptedReply {
        ScriptedReply(status, headers: ["Content-Type": "application/json"], pieces: [Array(text.utf8)])
    }

    /// An error as the engine words it.
    public static func error(_ status: Int, _ message: String) -> ScriptedReply {
        let escaped = message.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return json(status, "{\"message\":\"\(escaped)\"}")
    }

    public static func empty(_ status: Int) -> ScriptedReply { ScriptedReply(status) }

    public static func chunked(_ pieces: [[UInt8]], headers: [String: String] = [:]) -> ScriptedReply {
        ScriptedReply(200, headers: headers, pieces: pieces, framing: .chunked)
    }

    var head: [UInt8] {
        var lines = ["HTTP/1.1 \(status) Scripted"] + headers.map { "\($0.key): \($0.value)" }
        switch framing {
        case .length where status != 204 && status != 304: lines.append("Content-Length: \(pieces.reduce(0) { $0 + $1.count })")
        case .length: break
        case .chunked: lines.append("Transfer-Encoding: chunked")
        case .untilClose: lines.append("Connection: close")
        }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    func wire(_ piece: [UInt8]) -> [UInt8] {
        guard framing == .chunked else { return piece }
        return piece.isEmpty ? [] : Array((String(piece.count, radix: 16) + "\r\n").utf8) + piece + [13, 10]
    }

    var tail: [UInt8] { framing == .chunked ? Array("0\r\n\r\n".utf8) : [] }
}

/// What the engine does with one request.
public enum ScriptedAction: Sendable {
    case reply(ScriptedReply)
    /// Answers when the gate is opened.
    case hold(ScriptedGate, ScriptedReply)
    /// Sends the head at once and the body when the gate is opened.
    case holdBody(ScriptedGate, ScriptedReply)
    /// Closes without an answer.
    case close
    /// Sends so many bytes of the answer, head included, and closes.
    case cut(ScriptedReply, after: Int)
    /// Sends the whole head and so many bytes of the framed body, and closes.
    case cutBody(ScriptedReply, after: Int)
    /// Sends these bytes and closes.
    case raw([UInt8])
    /// Sends what the feed had and will have of interest, until the client leaves.
    case follow(ScriptedFeed, interest: @Sendable (ScriptedFeed.Piece) -> Bool)
    /// Hands the request to the engine at another socket and its answer to the client; with a turn, one at a time and each
    /// to its end, also when the client leaves.
    case relay(to: String, ScriptedTurn? = nil)
    /// Lets the engine at another socket carry the request out, does this when its whole answer is there, and closes.
    case relayThenClose(to: String, ScriptedTurn, @Sendable () -> Void)
    /// Does something and goes on: do-then-cut is `.act { …; return .close }`.
    case act(@Sendable (ScriptedRequest) -> ScriptedAction)
}

/// Holds an answer back until a test opens it.
public final class ScriptedGate: Sendable {
    private let ends: (Int32, Int32)

    public init() {
        var pair: [Int32] = [-1, -1]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair)
        ends = (pair[0], pair[1])
    }

    deinit {
        close(ends.0)
        close(ends.1)
    }

    public func open() {
        shutdown(ends.0, Int32(SHUT_WR))
    }

    /// Blocks until the gate is open or the peer of `connection` has gone.
    func wait(_ connection: Int32) {
        var files = [
            pollfd(fd: ends.1, events: Int16(POLLIN), revents: 0), pollfd(fd: connection, events: ScriptedSocket.peerClosed, revents: 0),
        ]
        while poll(&files, 2, -1) < 0, errno == EINTR {}
    }
}

enum ScriptedPath {
    /// `*` matches any run of characters, slashes included.
    static func matches(_ path: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return path == pattern }
        guard path.hasPrefix(first), path.count >= first.count + last.count, path.hasSuffix(last) else { return false }
        var rest = path.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }

    /// Takes `/v1.41` off.
    static func split(_ path: String) -> (version: String?, path: String) {
        guard path.hasPrefix("/v"), let slash = path.dropFirst().firstIndex(of: "/") else { return (nil, path) }
        let version = path[path.index(path.startIndex, offsetBy: 2)..<slash]
        guard version.first?.isNumber == true else { return (nil, path) }
        return (String(version), String(path[slash...]))
    }

    static func decoded(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
