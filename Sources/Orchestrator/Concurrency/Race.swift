import Synchronization

/// A value that several may offer and one waits for: the first offer counts.
final class Race<Value: Sendable>: Sendable {
    private enum State: Sendable {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case decided(Value)
    }

    private let state = Mutex<State>(.open)

    /// - Returns: whether this offer was the first.
    @discardableResult
    func offer(_ value: Value) -> Bool {
        let (won, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Value, Never>?) in
            switch state {
            case .open:
                state = .decided(value)
                return (true, nil)
            case .awaited(let continuation):
                state = .decided(value)
                return (true, continuation)
            case .decided:
                return (false, nil)
            }
        }
        waiter?.resume(returning: value)
        return won
    }

    /// The first offer. Awaited by one task only.
    func value() async -> Value {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state -> Value? in
                if case .decided(let value) = state { return value }
                state = .awaited(continuation)
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}
