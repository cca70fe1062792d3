import Reconciler
import Synchronization

/// Which hook is running, for whom, and whether it still may write to the context.
final class HookScope: Sendable {
    @TaskLocal static var current: HookScope?

    let service: String?
    let hook: HookName
    let context: ContextStore
    private let closed = Mutex(false)
    private let writeError = Mutex<String?>(nil)

    init(service: String?, hook: HookName, context: ContextStore) {
        self.service = service
        self.hook = hook
        self.context = context
    }

    /// From here on what no hook is known of may be this one's.
    func open() { context.opened(self) }

    /// From here on writes are refused.
    /// - Parameter isLate: nobody waits for the hook any more, and it may still be at work.
    func close(isLate: Bool) {
        closed.withLock { $0 = true }
        context.closed(self, isLate: isLate)
    }

    /// The first write of this hook that could not be made durable; it fails the hook.
    var failedWrite: String? { writeError.withLock { $0 } }

    func write(_ key: String, _ value: ContextValue, secret: Bool) {
        // The lock is held while the write becomes durable, so that a deadline falls before or after it, never into it.
        closed.withLock { isClosed in
            guard !isClosed else {
                context.refuse(key, hook: hook, service: service)
                return
            }
            if let error = context.write(key, value, secret: secret, hook: hook, service: service) {
                writeError.withLock { $0 = $0 ?? error }
            }
        }
    }
}
