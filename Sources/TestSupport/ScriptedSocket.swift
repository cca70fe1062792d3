import Glibc

enum ScriptedSocket {
    static func listen(at path: String) throws -> Int32 {
        let file = try open(AF_UNIX)
        var address = unixAddress(path)
        try bind(file, &address)
        return file
    }

    static func listenOnLoopback() throws -> (file: Int32, port: Int) {
        let file = try open(AF_INET)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        try bind(file, &address)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(file, $0, &size) }
        }
        return (file, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// Writes all bytes; false when the peer has gone.
    static func write(_ file: Int32, _ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    static func connect(to path: String) -> Int32? {
        guard let file = try? open(AF_UNIX) else { return nil }
        var address = unixAddress(path)
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let done = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(file, $0, size) }
        }
        if done == 0 { return file }
        close(file)
        return nil
    }

    /// POLLRDHUP, which Glibc hides behind _GNU_SOURCE.
    static var peerClosed: Int16 { 0x2000 }

    /// The process at the other end of a Unix socket, also when it has ended by now; 0 where it is not known.
    static func peer(of file: Int32) -> Int32 {
        // struct ucred, which Glibc hides behind _GNU_SOURCE: process, user, group.
        var credentials: (Int32, UInt32, UInt32) = (0, 0, 0)
        var size = socklen_t(MemoryLayout.size(ofValue: credentials))
        return getsockopt(file, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 ? credentials.0 : 0
    }

    private static func unixAddress(_ path: String) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return address
    }

    private static func open(_ family: Int32) throws -> Int32 {
        let file = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { throw ScriptedEngineError(errno) }
        return file
    }

    private static func bind<Address>(_ file: Int32, _ address: inout Address) throws {
        let size = socklen_t(MemoryLayout<Address>.size)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(file, $0, size) }
        }
        guard bound == 0, Glibc.listen(file, SOMAXCONN) == 0 else { throw ScriptedEngineError(errno) }
    }
}

/// A thread for work that blocks, of which there is more than Swift has threads for its tasks.
public enum ScriptedThread {
    private final class Box: Sendable {
        let work: @Sendable () -> Void
        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }

    public static func start(_ work: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(work))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { raw in
                if let raw { Unmanaged<Box>.fromOpaque(raw).takeRetainedValue().work() }
                return nil
            }, box.toOpaque())
        if failure == 0 { pthread_detach(thread) } else { box.release() }
    }
}
