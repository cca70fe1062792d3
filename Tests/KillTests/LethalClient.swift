import Glibc
import Synchronization
import TestSupport

/// The process that an engine serves, and the numbered point at which the engine kills it.
///
/// There are two fault points to a request: before it is carried out, and after that but before the answer.
final class LethalClient: Sendable {
    enum Verdict: Sendable {
        /// Not carried out and not answered.
        case refused
        case served
        /// Carried out and not answered: `kill` is called in between.
        case servedThenKilled
    }

    private struct State {
        var pid: Int32
        var lethal: Int?
        var passed = 0
        var isDead = false

        /// - Returns: whether this point is the lethal one.
        mutating func pass() -> Bool {
            passed += 1
            return passed == lethal
        }

        mutating func kill() {
            Glibc.kill(pid, SIGKILL)
            isDead = true
        }
    }

    private let state = Mutex<State?>(nil)

    /// Fault points that the present process has passed.
    var passed: Int { state.withLock { $0?.passed ?? 0 } }

    /// From here on only the process that `begin` starts is served; before, everybody is.
    func launch(lethal: Int?, _ begin: () throws -> Int32) rethrows {
        // Under the lock, so that no request of the new process is looked at before its number is known.
        try state.withLock { state in state = State(pid: try begin(), lethal: lethal) }
    }

    func verdict(on request: ScriptedRequest) -> Verdict {
        state.withLock { state in
            guard let current = state else { return .served }
            // What a process that is dead by now still had under way is lost.
            guard current.pid == request.peer, !current.isDead else { return .refused }
            if state?.pass() == true {
                state?.kill()
                return .refused
            }
            return state?.pass() == true ? .servedThenKilled : .served
        }
    }

    func kill() { state.withLock { $0?.kill() } }
}
