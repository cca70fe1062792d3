import DockerClient
import Reconciler
import Synchronization

/// What the pings of one service answered: the ledger gets each change, not each attempt.
final class PingLog: Sendable {
    private struct State {
        var attempts = 0
        var isInFlight = false
        var last: ProbeSight?
        var answered = false
        var isClosed = false
        var fault: (error: DockerError, since: Int64)?
    }

    private let state = Mutex(State())

    var attempts: Int { state.withLock { $0.attempts } }
    var lastError: String? { state.withLock { $0.last?.words } }

    /// What the engine, and not the service, answered last; `nil` where the service did.
    var fault: DockerError? { state.withLock { $0.fault?.error } }

    /// Notes that the engine is to blame for an answer.
    /// - Returns: since when it has been for every one.
    func faulted(_ error: DockerError, at now: Int64) -> Int64 {
        state.withLock { state in
            let since = state.fault?.since ?? now
            state.fault = (error, since)
            return since
        }
    }

    /// The service itself has answered.
    func answered() { state.withLock { $0.fault = nil } }

    /// What a hook that nobody waits for any more asks and hears is not counted.
    func close() { state.withLock { $0.isClosed = true } }

    func begin() {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.attempts += 1
            state.isInFlight = true
        }
    }

    /// - Returns: the change, when this answer is not that of the time before.
    func end(_ isReady: Bool, _ seen: ProbeSight?) -> PingChanged? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            state.isInFlight = false
            let isNew = !state.answered || isReady || seen?.text != state.last?.text
            state.answered = true
            state.last = isReady ? state.last : seen
            return isNew ? PingChanged(attempt: state.attempts, succeeded: isReady, error: seen?.words) : nil
        }
    }

    /// Whether the one ping that was ever called never came back: then it hangs, and readiness was never asked.
    var isStuck: Bool { state.withLock { $0.isInFlight && !$0.answered } }
}
