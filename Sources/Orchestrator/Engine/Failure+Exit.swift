import DockerClient
import Reconciler

extension Failure {
    /// Why a container that should be running is not, from how its process ended.
    /// - Parameter signal: what somebody had the engine send it before.
    static func exited(_ state: ContainerState, phase: FailurePhase, during: String, seconds: Double, signal: Int? = nil) -> Failure {
        let code = state.exitCode
        let after = "after \(decimal(seconds, places: 1)) s, while \(during)"
        if let signal, !state.oomKilled {
            let end = code == 128 + signal ? "" : " and exited with \(code)"
            return Failure(
                .killedBySignal, phase: phase, summary: "was sent \(signalName(signal)) through the engine\(end) \(after)", exitCode: code,
                holder: Failure.engine)
        }
        if state.oomKilled {
            return Failure(.oomKilled, phase: phase, summary: "ran out of memory \(after)", exitCode: code, oomKilled: true)
        }
        if let signal = Reconciler.signal(ofExitCode: code) {
            return Failure(.killedBySignal, phase: phase, summary: "was killed by \(signalName(signal)) \(after)", exitCode: code)
        }
        return Failure(code == 0 ? .exitedZero : .exitedNonzero, phase: phase, summary: "exited with \(code) \(after)", exitCode: code)
    }
}
