import Glibc
import Testing

/// The real engine behind a TCP port of the loopback.
final class EngineOverTCP: Sendable {
    let port: Int
    private let listener: Int32

    /// - Parameters:
    ///   - socket: the path of the engine's own.
    ///   - isAwake: asked again and again; until then nothing is passed on.
    init(_ socket: String, isAwake: @escaping @Sendable () -> Bool = { true }) throws {
        (listener, port) = try listeningSocket()
        serveConnections(of: listener) { peer in
            let end = ContinuousClock.now + .seconds(120)
            while !isAwake() { guard .now < end, usleep(1000) == 0 else { return } }
            guard let engine = connectedSocket(path: socket) else { return }
            defer { close(engine) }
            pump(between: peer, and: engine)
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}

/// Moves bytes both ways; what one side has ended the other may still answer.
func pump(between one: Int32, and other: Int32) {
    var sides = [pollfd(fd: one, events: Int16(POLLIN), revents: 0), pollfd(fd: other, events: Int16(POLLIN), revents: 0)]
    let descriptors = [one, other]
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while sides.contains(where: { $0.fd >= 0 }), poll(&sides, 2, -1) > 0 {
        for (from, to) in [(0, 1), (1, 0)] where sides[from].fd >= 0 && sides[from].revents != 0 {
            let length = read(descriptors[from], &chunk, chunk.count)
            if length > 0, send(descriptors[to], chunk, length, Int32(MSG_NOSIGNAL)) == length { continue }
            guard length == 0 else { return }
            sides[from].fd = -1
            shutdown(descriptors[to], Int32(SHUT_WR))
        }
    }
}

/// A connection to a port of the loopback; `nil` when nobody listens.
func connectedSocket(port: UInt16) -> Int32? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connected(AF_INET, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}

/// A connection to a Unix socket; `nil` when nobody listens.
func connectedSocket(path: String) -> Int32? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connected(AF_UNIX, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}

private func connected(_ family: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) -> Int32? {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard connect(descriptor, address, size) == 0 else {
        close(descriptor)
        return nil
    }
    return descriptor
}
