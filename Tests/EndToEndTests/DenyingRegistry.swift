import Glibc
import Testing

/// A registry on the loopback that lets nobody in.
final class DenyingRegistry: Sendable {
    /// `127.0.0.1:PORT`.
    let address: String
    private let listener: Int32

    /// - Parameter words: what it says to those it refuses.
    init(saying words: String = "authentication required") throws {
        let (listener, port) = try listeningSocket()
        self.listener = listener
        address = "127.0.0.1:\(port)"
        let body = #"{"errors":[{"code":"UNAUTHORIZED","message":"\#(words)"}]}"#
        let answer =
            "HTTP/1.1 401 Unauthorized\r\nWww-Authenticate: Basic realm=\"test\"\r\nDocker-Distribution-Api-Version: registry/2.0\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        serveConnections(of: listener) { peer in
            // The head of the request is all there is to it.
            var head = [UInt8](repeating: 0, count: 16_384)
            if read(peer, &head, head.count) > 0 { _ = send(peer, answer, answer.utf8.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}
