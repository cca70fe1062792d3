import Glibc
import Synchronization
import TestSupport
import Testing

/// A registry on the loopback that has too much to do for the first so many who want a manifest, and then is another registry.
final class BusyRegistry: Sendable {
    /// `127.0.0.1:PORT`.
    let address: String
    private let listener: Int32
    private let work: Work

    /// - Parameter upstream: `host:port` of the registry it is afterwards.
    init(refusing count: Int, then upstream: String) throws {
        let (listener, port) = try listeningSocket()
        self.listener = listener
        address = "127.0.0.1:\(port)"
        let upstreamPort = try #require(upstream.split(separator: ":").last.flatMap { UInt16($0) })
        let work = Work(listener: listener, upstream: upstreamPort, count: count)
        self.work = work
        ScriptedThread.start { work.serve() }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// How many it has sent away.
    var refused: Int { work.refused.withLock { $0 } }

    private final class Work: Sendable {
        let listener: Int32
        let upstream: UInt16
        let count: Int
        let refused = Mutex(0)

        init(listener: Int32, upstream: UInt16, count: Int) {
            self.listener = listener
            self.upstream = upstream
            self.count = count
        }

        func serve() {
            defer { close(listener) }
            while true {
                let peer = accept(listener, nil, nil)
                guard peer >= 0 else { return }
                ScriptedThread.start { [self] in
                    defer { close(peer) }
                    var head = [UInt8](repeating: 0, count: 16_384)
                    let length = read(peer, &head, head.count)
                    guard length > 0 else { return }
                    head.removeLast(head.count - length)
                    // One request a connection, as long as it refuses: none of a later one gets by.
                    if let answer = ownAnswer(to: String(decoding: head, as: UTF8.self)) {
                        _ = send(peer, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
                    } else {
                        relay(head, from: peer)
                    }
                }
            }
        }

        private func ownAnswer(to request: String) -> String? {
            let status = refused.withLock { refused -> String? in
                guard refused < count else { return nil }
                guard request.contains("/manifests/") else { return "200 OK" }
                refused += 1
                return "429 Too Many Requests"
            }
            guard let status else { return nil }
            let body = status.hasPrefix("200") ? "{}" : #"{"errors":[{"code":"TOOMANYREQUESTS","message":"too many requests"}]}"#
            return "HTTP/1.1 \(status)\r\nDocker-Distribution-Api-Version: registry/2.0\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        }

        private func relay(_ head: [UInt8], from peer: Int32) {
            guard let other = connectedSocket(port: upstream) else { return }
            defer { close(other) }
            guard send(other, head, head.count, Int32(MSG_NOSIGNAL)) == head.count else { return }
            pump(between: peer, and: other)
        }
    }
}
