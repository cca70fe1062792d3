import Glibc
import TestSupport
import Testing

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

/// Serves each connection on a thread of its own, until the listener is shut down; then closes it.
func serveConnections(of listener: Int32, _ serve: @escaping @Sendable (_ peer: Int32) -> Void) {
    ScriptedThread.start {
        defer { close(listener) }
        while true {
            let peer = accept(listener, nil, nil)
            guard peer >= 0 else { return }
            ScriptedThread.start {
                defer { close(peer) }
                serve(peer)
            }
        }
    }
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
