import Files
import Glibc

/// One TCP connection to a container's port, for readiness. Needs no engine.
///
/// The engine's proxy accepts connections before the service listens, and closes them once it has failed to reach it, which takes
/// as long as it takes. So where the container's network is on this machine the container itself is asked. Where it is not (the
/// engine is in a virtual machine, or elsewhere), a connection to the published port counts only if it is still open after a
/// moment, or if the service has said something.
public struct TCPProbe: Sendable, Equatable {
    /// Where a container itself listens.
    public struct ContainerEnd: Sendable, Equatable {
        let address: String
        let port: Int

        init(address: String, port: Int) {
            self.address = address
            self.port = port
        }

        /// - Parameter interfaces: the directory that has one entry for each network interface of this machine.
        /// - Returns: `nil` unless a network of the container is a bridge on this machine. Others have the same addresses, but not
        ///   the network's own id for a name.
        public init?(_ container: ContainerInspect, port: Int, interfaces: String = "/sys/class/net") {
            let network = container.networks.values.first { network in
                !network.address.isEmpty && fileExists("\(interfaces)/br-\(network.networkID.prefix(12))")
            }
            guard let network else { return nil }
            self.init(address: network.address, port: port)
        }
    }

    /// A name or an address, as `DockerHost.publishedHost` has it.
    public var host: String
    public var port: Int
    public var containerEnd: ContainerEnd?
    /// For one attempt.
    public var timeout: Duration
    /// How long a connection to the published port must stay open.
    public var hold: Duration

    public init(
        host: String = "127.0.0.1", port: Int, containerEnd: ContainerEnd? = nil, timeout: Duration = .seconds(1),
        hold: Duration = .milliseconds(50)
    ) {
        self.host = host
        self.port = port
        self.containerEnd = containerEnd
        self.timeout = timeout
        self.hold = hold
    }

    /// Makes one attempt.
    ///
    /// - Returns: nil when the port is ready, else a few words: `connection refused`.
    public func attempt() async -> String? {
        await BlockingWork.run { askContainer() ?? askPublishedPort() }.words
    }

    private enum Answer {
        case ready
        case failure(String)

        var words: String? { if case .failure(let words) = self { words } else { nil } }
    }

    /// - Returns: `nil` when the container can't be asked from here.
    private func askContainer() -> Answer? {
        guard let end = containerEnd, let socket = try? Dialled(end.address, end.port) else { return nil }
        switch socket.outcome(within: timeout) {
        case 0: return .ready
        case ECONNREFUSED: return .failure(words(ECONNREFUSED))
        // A firewall may be between.
        default: return nil
        }
    }

    private func askPublishedPort() -> Answer {
        let socket: Dialled
        do { socket = try Dialled(host, port) } catch { return .failure(error.words) }
        switch socket.outcome(within: timeout) {
        case 0: break
        case nil: return .failure("no connection within \(timeout)")
        case let number?: return .failure(words(number))
        }
        return socket.staysOpen(for: hold) ? .ready : .failure("connection closed at once")
    }

    private func words(_ number: Int32) -> String {
        number == ECONNREFUSED ? "connection refused" : String(cString: strerror(number)).lowercased()
    }
}

/// A TCP connection on its way; closed with its last reference.
private final class Dialled {
    struct Refusal: Error { let words: String }

    private let file: Int32
    /// `nil` while the connection is being made.
    private let settled: Int32?

    init(_ host: String, _ port: Int) throws(Refusal) {
        guard let number = UInt16(exactly: port), number > 0 else { throw Refusal(words: "\(port) is no port") }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let trouble = getaddrinfo(host, String(number), &hints, &found)
        defer { found.map(freeaddrinfo) }
        guard trouble == 0, let place = found?.pointee else {
            throw Refusal(words: "\(host) can't be found: \(String(cString: gai_strerror(trouble)).lowercased())")
        }
        let file = socket(place.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard file >= 0 else { throw Refusal(words: String(cString: strerror(errno))) }
        self.file = file
        let result = connect(file, place.ai_addr, place.ai_addrlen)
        settled = result == 0 ? 0 : errno == EINPROGRESS ? nil : errno
    }

    deinit { close(file) }

    /// 0 once it is made, an error number when it can't be, `nil` when neither is known in time.
    func outcome(within limit: Duration) -> Int32? {
        if let settled { return settled }
        guard ready(POLLOUT, within: limit) else { return nil }
        var failure: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(file, SOL_SOCKET, SO_ERROR, &failure, &size)
        return failure
    }

    func staysOpen(for time: Duration) -> Bool {
        guard ready(POLLIN, within: time) else { return true }
        var byte: UInt8 = 0
        return recv(file, &byte, 1, Int32(MSG_PEEK)) > 0
    }

    private func ready(_ event: Int32, within limit: Duration) -> Bool {
        let end = ContinuousClock.now + limit
        while true {
            var waiter = pollfd(fd: file, events: Int16(event), revents: 0)
            let left = max(.zero, ContinuousClock.now.duration(to: end))
            let count = poll(&waiter, 1, Int32(left.milliseconds))
            if count >= 0 || errno != EINTR { return count > 0 }
        }
    }
}
