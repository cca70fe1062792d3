public import Reconciler
import Synchronization

/// The live context of a run: reads from memory, writes through the ledger.
final class ContextStore: Sendable {
    private let journal: Journal
    private let hooks = Mutex(Hooks())
    private let writeHandler = Mutex<(@Sendable () -> Void)?>(nil)

    private struct Hooks {
        var open: [HookScope] = []
        /// Whether one was left behind: what it began may still be at work, and nobody can tell whose write comes from where.
        var hasLate = false
    }

    init(journal: Journal) { self.journal = journal }

    func read(_ key: String) -> ContextValue? { journal.state.context.values[key] }

    /// Calls `handler` after each write.
    func onWrite(_ handler: (@Sendable () -> Void)?) { writeHandler.withLock { $0 = handler } }

    var values: ContextValues { journal.state.context }

    /// Durable when it returns. Blocks the calling thread, which is a hook's own.
    /// - Returns: why it could not be made durable; `nil` when it was.
    func write(_ key: String, _ value: ContextValue, secret: Bool, hook: HookName?, service: String?) -> String? {
        guard value.isFinite else { return "Context[\"\(key)\"] can't hold a number that is not finite" }
        do {
            try journal.recordBlocking(
                [JournalEntry(service, .contextWritten(ContextWritten(key: key, value: value.canonical, secret: secret, hook: hook)))])
            writeHandler.withLock { $0 }?()
            return nil
        } catch { return "Context[\"\(key)\"] could not be saved: \(error)" }
    }

    /// A write from a task or thread of the user's own, which carries no hook with it: that of the only one that is open.
    ///
    /// Dropped and remembered where none is, or one was left behind.
    func writeOutside(_ key: String, _ value: ContextValue, secret: Bool) {
        let (open, hasLate) = hooks.withLock { ($0.open, $0.hasLate) }
        guard !open.isEmpty, !hasLate else {
            let reason = hasLate ? "after a hook had been given up" : "while no hook was at work"
            note(nil, "context key \"\(key)\" was written from outside of any hook, \(reason); the write was dropped")
            return
        }
        if open.count == 1 { return open[0].write(key, value, secret: secret) }
        if let error = write(key, value, secret: secret, hook: nil, service: nil) { journal.remark(nil, error) }
    }

    func opened(_ scope: HookScope) { hooks.withLock { $0.open.append(scope) } }
    func closed(_ scope: HookScope, isLate: Bool) {
        hooks.withLock { hooks in
            hooks.open.removeAll { $0 === scope }
            if isLate { hooks.hasLate = true }
        }
    }

    /// A write that comes when nobody waits for its hook any more: dropped, and remembered as such.
    func refuse(_ key: String, hook: HookName, service: String?, _ reason: String) {
        note(service, "\(hook.rawValue) wrote context key \"\(key)\" \(reason); the write was dropped")
    }

    private func note(_ service: String?, _ text: String) {
        // If even the note can't be kept, the ledger's own failure ends the run elsewhere.
        try? journal.recordBlocking([JournalEntry(service, .noteTaken(NoteTaken(text: text)))])
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
        } else {
            store.withLock { $0 }?.writeOutside(key, value, secret: secret)
        }
    }
}
