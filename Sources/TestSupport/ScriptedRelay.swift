import Glibc
import Synchronization

/// Whose request goes to the other engine: those that share a turn go one after another.
public final class ScriptedTurn: Sendable {
    private let mutex = Mutex(())

    public init() {}

    func take(_ body: () -> Void) { mutex.withLock { _ in body() } }
}

/// One request on its way to another engine, on a connection of its own.
struct ScriptedRelay {
    private let upstream: Int32

    /// Sends the request; nil when nobody takes it.
    init?(_ request: ScriptedRequest, to path: String) {
        guard let upstream = ScriptedSocket.connect(to: path) else { return nil }
        self.upstream = upstream
        // The body is whole by now, whatever it was framed in.
        let kept = request.headers.filter { !["transfer-encoding", "content-length", "connection", "expect"].contains($0.key) }
        let fields = kept.map { "\($0.key): \($0.value)" } + ["content-length: \(request.body.count)", "connection: close"]
        let head = ["\(request.method) \(request.target) HTTP/1.1"] + fields
        guard ScriptedSocket.write(upstream, Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + request.body) else {
            close(upstream)
            return nil
        }
    }

    /// Passes the answer on piece by piece, until it ends or the client leaves.
    ///
    /// - Parameter toItsEnd: whether the answer is awaited even then.
    func answer(_ client: Int32, toItsEnd: Bool) {
        while isStillWanted(by: client), let piece = piece() {
            guard ScriptedSocket.write(client, piece) else { break }
        }
        if toItsEnd { while piece() != nil {} }
        close(upstream)
    }

    /// Waits for more of the answer; false when the client leaves before.
    private func isStillWanted(by client: Int32) -> Bool {
        while true {
            var files = [
                pollfd(fd: upstream, events: Int16(POLLIN), revents: 0), pollfd(fd: client, events: ScriptedSocket.peerClosed, revents: 0),
            ]
            if poll(&files, 2, -1) >= 0 { return files[1].revents == 0 }
            guard errno == EINTR else { return false }
        }
    }

    /// Takes the whole answer in.
    func swallow() {
        while piece() != nil {}
        close(upstream)
    }

    private func piece() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(upstream, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            return count > 0 ? Array(buffer[..<count]) : nil
        }
    }
}
