import Synchronization

/// The user's wish to end a run: no new work begins, what is under way is settled.
public final class Interruption: Sendable {
    private struct State {
        var signal: String?
        var isRecorded = false
        var next = 0
        var callbacks: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// Name of the signal that interrupted, `SIGINT` say; `nil` while nobody has.
    public var signal: String? { state.withLock { $0.signal } }
    public var isInterrupted: Bool { signal != nil }

    /// Whether the ledger knows of it.
    public var isRecorded: Bool { state.withLock { $0.isRecorded } }
    func recorded() { state.withLock { $0.isRecorded = true } }

    public func interrupt(signal: String) {
        let callbacks = state.withLock { state -> [@Sendable () -> Void] in
            guard state.signal == nil else { return [] }
            state.signal = signal
            defer { state.callbacks = [:] }
            return Array(state.callbacks.values)
        }
        for callback in callbacks { callback() }
    }

    /// Calls back once, at once if it has happened already.
    func onInterrupt(_ callback: @escaping @Sendable () -> Void) -> Int {
        let token = state.withLock { state -> Int? in
            guard state.signal == nil else { return nil }
            state.next += 1
            state.callbacks[state.next] = callback
            return state.next
        }
        if token == nil { callback() }
        return token ?? 0
    }

    /// Ends what takes long when the user has had enough, or whoever waits for it is cancelled; short calls are settled instead.
    func cutting<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let task = Task { () -> Result<Value, Failure> in
            do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
        }
        let token = onInterrupt { task.cancel() }
        defer { forget(token) }
        return try await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }.get()
    }

    func forget(_ token: Int) {
        state.withLock { state in state.callbacks[token] = nil }
    }
}
