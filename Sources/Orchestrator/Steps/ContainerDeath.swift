import DockerClient
import Reconciler

extension GroupRun {
    /// `nil` when the container is gone.
    func stateIfPresent(_ id: String) async throws -> ContainerState? {
        do throws(DockerError) { return try await engine.state(container: id) } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }

    /// The failure a dead container stands for.
    /// - Parameter exitCode: where it is known already, nobody has to be asked.
    func death(
        of service: String, _ id: String, phase: FailurePhase, during: String, log: PingLog? = nil, exitCode: Int? = nil
    ) async throws -> Failure {
        var failure = try await failure(of: service, id, phase: phase, during: during, exitCode: exitCode)
        failure.lastPingError = log?.lastError
        failure.attempts = log?.attempts
        return failure
    }

    private func failure(
        of service: String, _ id: String, phase: FailurePhase, during: String, exitCode: Int?
    ) async throws -> Failure {
        let seconds = uptime(service) ?? clock.seconds(since: begun(service))
        func exited(_ code: Int, signal: Int?) -> Failure {
            var state = ContainerState()
            state.status = "exited"
            state.exitCode = code
            return .exited(state, phase: phase, during: during, seconds: seconds, signal: signal)
        }
        func byOthers(_ what: String) -> Failure {
            Failure(
                .exitedNonzero, phase: phase, summary: "its container was \(what) by someone else, while \(during)",
                holder: Failure.somebody)
        }
        if let exitCode { return exited(exitCode, signal: watch.signal(to: id)) }
        guard let state = try await stateIfPresent(id) else { return byOthers("removed") }
        guard state.status != "created" else {
            return Failure(.engineError, phase: phase, summary: "the engine said that its container had been started, and it never was")
        }
        let end = watch.lastEnd(of: id)
        guard state.running else {
            return .exited(state, phase: phase, during: during, seconds: seconds, signal: watch.signal(to: id) ?? end?.signal)
        }
        // What the engine says of it now is about its new process.
        guard let end, let code = end.exitCode else { return byOthers("started anew") }
        var failure = exited(code, signal: end.signal)
        failure.summary += ", and was started again by someone else"
        return failure
    }
}
