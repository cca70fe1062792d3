import Glibc
import Testing

/// What a registry says by itself.
struct RegistryAnswer: Sendable {
    var status: String
    var headers: [String] = []
    var body = "{}"

    var text: String {
        let fields = ["Docker-Distribution-Api-Version: registry/2.0", "Content-Type: application/json"] + headers
        return "HTTP/1.1 \(status)\r\n\(fields.joined(separator: "\r\n"))\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
    }
}

/// A registry on the loopback that answers some requests itself and is another registry for the rest.
final class RelayedRegistry: Sendable {
    /// `127.0.0.1:PORT`.
    let address: String
    private let listener: Int32

    /// - Parameters:
    ///   - upstream: `host:port` of the registry behind it.
    ///   - answer: is asked for the first request of each connection, by its head; `nil` lets the whole connection through.
    init(of upstream: String, answer: @escaping @Sendable (String) -> RegistryAnswer?) throws {
        let (listener, port) = try listeningSocket()
        self.listener = listener
        address = "127.0.0.1:\(port)"
        let upstreamPort = try #require(upstream.split(separator: ":").last.flatMap { UInt16($0) })
        serveConnections(of: listener) { Self.serve($0, upstreamPort, answer) }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func serve(_ peer: Int32, _ upstream: UInt16, _ answer: (String) -> RegistryAnswer?) {
        var head = [UInt8](repeating: 0, count: 16_384)
        let length = read(peer, &head, head.count)
        guard length > 0 else { return }
        head.removeLast(head.count - length)
        if let own = answer(String(decoding: head, as: UTF8.self)) {
            _ = send(peer, own.text, own.text.utf8.count, Int32(MSG_NOSIGNAL))
            return
        }
        guard let other = connectedSocket(port: upstream) else { return }
        defer { close(other) }
        guard send(other, head, head.count, Int32(MSG_NOSIGNAL)) == head.count else { return }
        pump(between: peer, and: other)
    }
}
