import DockerClient
import Reconciler

extension Failure {
    /// Why a container that should be running is not, from how its process ended.
    /// - Parameter signal: what somebody had the engine send it before.
    static func exited(_ state: ContainerState, phase: FailurePhase, during: String, seconds: Double, signal: Int? = nil) -> Failure {
        let code = state.exitCode
        let after = "after \(tenths(seconds)) s, while \(during)"
        if let signal, !state.oomKilled {
            let end = code == 128 + signal ? "" : " and exited with \(code)"
            return Failure(
                .killedBySignal, phase: phase, summary: "was sent \(signalName(signal)) through the engine\(end) \(after)", exitCode: code,
                holder: Failure.engine)
        }
        if state.oomKilled {
            return Failure(.oomKilled, phase: phase, summary: "ran out of memory \(after)", exitCode: code, oomKilled: true)
        }
        switch code {
        case 0:
            return Failure(.exitedZero, phase: phase, summary: "exited with 0 \(after)", exitCode: 0)
        case 129...165:
            return Failure(
                .killedBySignal, phase: phase, summary: "was killed by \(signalName(code - 128)) \(after)", exitCode: code)
        default:
            return Failure(.exitedNonzero, phase: phase, summary: "exited with \(code) \(after)", exitCode: code)
        }
    }
}

/// `4.1`, so that no message depends on a locale.
func tenths(_ seconds: Double) -> String {
    let scaled = Int((seconds * 10).rounded())
    return "\(scaled / 10).\(scaled % 10)"
}

/// The usual name of a signal's number on Linux (signal(7)).
private func signalName(_ number: Int) -> String {
    let names = [
        1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV",
        13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
    ]
    return names[number] ?? "signal \(number)"
}
