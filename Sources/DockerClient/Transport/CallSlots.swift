import Glibc
import Synchronization

/// How many calls of a kind may be in flight at once; the others wait for their turn, in order.
///
/// Each call in flight holds a connection, and with it a descriptor, of which a process often has 1,024.
final class CallSlots: Sendable {
    private struct State {
        var free: Int
        /// Those from `next` on wait.
        var waiting: [CheckedContinuation<Void, Never>] = []
        var next = 0
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// A third, for each of three kinds, of the descriptors that this process may open (`RLIMIT_NOFILE`) beside those for its ledger,
    /// its streams and what its hooks open; no more than `most`.
    convenience init(atMost most: Int) {
        var limit = rlimit()
        let isKnown = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        let spare = isKnown ? max(8, Int(clamping: limit.rlim_cur) - 40) : 3 * most
        self.init(min(most, spare / 3))
    }

    /// Does something that ends by itself, when there is a slot for it. Whoever is cancelled meanwhile waits all the same: slots
    /// come free as calls end, and each of those has a deadline.
    func use<Value: Sendable>(
        _ body: () async throws(DockerError) -> Value, isolation: isolated (any Actor)? = #isolation
    ) async throws(DockerError) -> Value {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
        defer { giveBack() }
        return try await body()
    }

    private func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.next < state.waiting.count else {
                state.free += 1
                return nil
            }
            let next = state.waiting[state.next]
            state.next += 1
            if state.next == state.waiting.count {
                state.waiting = []
                state.next = 0
            }
            return next
        }
        next?.resume()
    }
}
