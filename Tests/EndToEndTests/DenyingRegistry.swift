import Glibc
import TestSupport
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
        let work = Work(listener: listener, answer: Array(answer.utf8))
        ScriptedThread.start { work.serve() }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private final class Work: Sendable {
        let listener: Int32
        let answer: [UInt8]

        init(listener: Int32, answer: [UInt8]) {
            self.listener = listener
            self.answer = answer
        }

        func serve() {
            defer { close(listener) }
            while true {
                let peer = accept(listener, nil, nil)
                guard peer >= 0 else { return }
                // The head of the request is all there is to it.
                var chunk = [UInt8](repeating: 0, count: 16_384)
                if read(peer, &chunk, chunk.count) > 0 { _ = send(peer, answer, answer.count, Int32(MSG_NOSIGNAL)) }
                close(peer)
            }
        }
    }
}
