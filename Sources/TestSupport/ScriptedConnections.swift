import Glibc
import Synchronization

/// The open connections of an engine, shared with the threads that serve them, which may outlive it.
final class ScriptedConnections: Sendable {
    private let files = Mutex<Set<Int32>>([])

    func add(_ file: Int32) { files.withLock { _ = $0.insert(file) } }

    /// Closes under the lock: nobody shuts down a number that is somebody else's by now.
    func close(_ file: Int32) {
        files.withLock { files in
            files.remove(file)
            _ = Glibc.close(file)
        }
    }

    func breakAll() {
        files.withLock { for file in $0 { _ = shutdown(file, Int32(SHUT_RDWR)) } }
    }
}
