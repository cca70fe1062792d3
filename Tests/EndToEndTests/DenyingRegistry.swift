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

/// A socket that listens on a free port of every address.
func listeningSocket() throws -> (descriptor: Int32, port: Int) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(listener, $0, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &size) == 0
        }
    }
    try #require(isOpen)
    return (listener, Int(UInt16(bigEndian: address.sin_port)))
}

/// A Unix socket that listens.
func unixListener(_ path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let isBound = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && listen(descriptor, 1) == 0
        }
    }
    try #require(isBound)
    return descriptor
}
