import Glibc

/// A TCP port of this machine nobody listens on: the preferred one if it is free, else one the kernel picks.
func freePort(preferring port: Int?) -> Int {
    if let port, let same = boundPort(port) { return same }
    return boundPort(0) ?? 0
}

private func boundPort(_ port: Int) -> Int? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    // Connections of the last holder that linger are in nobody's way; one that listens still is. Of any port the kernel would pick
    // from fewer for it.
    var yes: Int32 = port == 0 ? 0 : 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            guard bind(descriptor, generic, length) == 0, getsockname(descriptor, generic, &length) == 0 else { return nil }
            return pointer.pointee.sin_port.bigEndian == 0 ? nil : Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
    }
}
