import Glibc

/// Accepts connections and closes them at once, as the engine's proxy does while the service is not up.
final class ClosingServer: Sendable {
    let port: Int
    private let listener: Int32

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let file = listener
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(file, $0, size)
                _ = listen(file, 8)
                _ = getsockname(file, $0, &size)
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        BlockingAccept.start(file)
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}

private enum BlockingAccept {
    static func start(_ listener: Int32) {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { raw in
                let listener = Int32(Int(bitPattern: raw))
                while true {
                    let file = accept(listener, nil, nil)
                    guard file >= 0 else { return nil }
                    close(file)
                }
            }, UnsafeMutableRawPointer(bitPattern: Int(listener)))
        pthread_detach(thread)
    }
}
