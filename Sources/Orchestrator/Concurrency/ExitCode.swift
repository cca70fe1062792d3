import Synchronization

/// The exit code of a command, set by the work and read after it.
final class ExitCode: Sendable {
    private let code = Mutex<Int32>(1)

    var value: Int32 { code.withLock { $0 } }
    func set(_ new: Int32) { code.withLock { $0 = new } }
}
