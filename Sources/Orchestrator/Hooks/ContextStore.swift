public import Reconciler
import Synchronization

/// The live context of a run: reads from memory, writes through the ledger.
final class ContextStore: Sendable {
    private let journal: Journal

    init(journal: Journal) { self.journal = journal }

    func read(_ key: String) -> ContextValue? { journal.state.context.values[key] }

    var values: ContextValues { journal.state.context }

    /// Durable when it returns. Blocks the calling thread, which is a hook's own.
    /// - Returns: why it could not be made durable; `nil` when it was.
    func write(_ key: String, _ value: ContextValue, secret: Bool, hook: HookName?, service: String?) -> String? {
        guard value.isFinite else { return "Context[\"\(key)\"] can't hold a number that is not finite" }
        do {
            try journal.recordBlocking(
                [JournalEntry(service, .contextWritten(ContextWritten(key: key, value: value.canonical, secret: secret, hook: hook)))])
            return nil
        } catch { return "Context[\"\(key)\"] could not be saved: \(error)" }
    }

    /// A write after the hook's deadline: dropped, and remembered as such.
    func refuse(_ key: String, hook: HookName, service: String?) {
        // If even the remark can't be kept, the ledger's own failure ends the run elsewhere.
        try? journal.recordBlocking(
            [
                JournalEntry(
                    service,
                    .noteTaken(NoteTaken(text: "\(hook.rawValue) wrote context key \"\(key)\" after its deadline; the write was dropped")))
            ])
    }
}

/// What the kit's `Context` talks to: the store of the run that goes on in this process.
public enum LiveContext {
    private static let store = Mutex<ContextStore?>(nil)

    static func open(_ new: ContextStore) { store.withLock { $0 = new } }
    static func close() { store.withLock { $0 = nil } }

    /// The value of a key; `nil` when nobody has written it, or no run goes on.
    public static func read(_ key: String) -> ContextValue? {
        (HookScope.current?.context ?? store.withLock { $0 })?.read(key)
    }

    /// Every key that has a value, sorted.
    public static var keys: [String] {
        (HookScope.current?.context ?? store.withLock { $0 })?.values.values.keys.sorted() ?? []
    }

    /// Writes a value; it is in the ledger when this returns. A hook past its deadline can't write.
    public static func write(_ key: String, _ value: ContextValue, secret: Bool) {
        if let scope = HookScope.current {
            scope.write(key, value, secret: secret)
        } else if let store = store.withLock({ $0 }) {
            _ = store.write(key, value, secret: secret, hook: nil, service: nil)
        }
    }
}
