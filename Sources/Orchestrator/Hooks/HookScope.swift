import Reconciler
import Synchronization

/// Which hook is running, for whom, and whether it still may write to the context.
final class HookScope: Sendable {
    @TaskLocal static var current: HookScope?

    let service: String?
    let hook: HookName
    let context: ContextStore
    /// Whether it is code of the user's, which may write; a readiness never does.
    let isUsers: Bool
    /// Why writes are refused; `nil` while they are not.
    private let closed = Mutex<String?>(nil)
    private let writeError = Mutex<String?>(nil)

    init(service: String?, hook: HookName, context: ContextStore, isUsers: Bool = true) {
        self.service = service
        self.hook = hook
        self.context = context
        self.isUsers = isUsers
    }

    /// From here on what no hook is known of may be this one's.
    func open() {
        if isUsers { context.opened(self) }
    }

    /// From here on writes are refused.
    /// - Parameter isLate: nobody waits for the hook any more, and it may still be at work.
    func close(isLate: Bool, since reason: String) {
        closed.withLock { $0 = reason }
        if isUsers { context.closed(self, isLate: isLate) }
    }

    /// The first write of this hook that could not be made durable; it fails the hook.
    var failedWrite: String? { writeError.withLock { $0 } }

    func write(_ key: String, _ value: ContextValue, secret: Bool) {
        // The lock is held while the write becomes durable, so that a deadline falls before or after it, never into it.
        closed.withLock { reason in
            if let reason {
                context.refuse(key, hook: hook, service: service, reason)
                return
            }
            if let error = context.write(key, value, secret: secret, hook: hook, service: service) {
                writeError.withLock { $0 = $0 ?? error }
            }
        }
    }
}
