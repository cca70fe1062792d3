import Glibc

/// One TCP connection to a published port, for readiness. Needs no engine.
///
/// The engine's proxy accepts connections before the service listens and closes them at once, so a connection counts
/// only if it is still open after a moment, or if the service has said something.
public struct TCPProbe: Sendable, Equatable {
    public var port: Int
    /// For one attempt.
    public var timeout: Duration
    /// How long the connection must stay open.
    public var hold: Duration

    public init(port: Int, timeout: Duration = .seconds(1), hold: Duration = .milliseconds(50)) {
        self.port = port
        self.timeout = timeout
        self.hold = hold
    }

    /// Makes one attempt at 127.0.0.1.
    ///
    /// - Returns: nil when the port is ready, else a few words: `connection refused`.
    public func attempt() async -> String? {
        await BlockingWork.run { connectAndHold() }
    }

    private func connectAndHold() -> String? {
        guard let number = UInt16(exactly: port), number > 0 else { return "\(port) is no port" }
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard file >= 0 else { return String(cString: strerror(errno)) }
        defer { close(file) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = number.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        if result != 0 {
            guard errno == EINPROGRESS else { return words(errno) }
            guard ready(file, POLLOUT, within: timeout) else { return "no connection within \(timeout)" }
            var failure: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(file, SOL_SOCKET, SO_ERROR, &failure, &size)
            if failure != 0 { return words(failure) }
        }
        guard ready(file, POLLIN, within: hold) else { return nil }
        var byte: UInt8 = 0
        return recv(file, &byte, 1, Int32(MSG_PEEK)) > 0 ? nil : "connection closed at once"
    }

    private func ready(_ file: Int32, _ event: Int32, within limit: Duration) -> Bool {
        let end = ContinuousClock.now + limit
        while true {
            var waiter = pollfd(fd: file, events: Int16(event), revents: 0)
            let left = max(.zero, ContinuousClock.now.duration(to: end))
            let count = poll(&waiter, 1, Int32(left.milliseconds))
            if count >= 0 || errno != EINTR { return count > 0 }
        }
    }

    private func words(_ number: Int32) -> String {
        number == ECONNREFUSED ? "connection refused" : String(cString: strerror(number)).lowercased()
    }
}
