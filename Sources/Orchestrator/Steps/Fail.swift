import DockerClient
import Reconciler

extension GroupRun {
    /// Records a service's failure with its evidence, then takes its container away.
    ///
    /// Both are handed over before the removal's intent, so no removal can come before them. A container that could not be
    /// stopped or removed is no failed start: it stays what it is.
    func fail(_ service: String, _ failure: Failure, in kind: StepKind) async throws {
        failed(service, failure)
        let container = try await failedContainer(of: service, failure)
        // Known whole; gathering the evidence takes the engine a while.
        let isDeath = failure.isDeath
        if isDeath { try move(service, .failed, cause: failure.summary, container: container, failure: failure) }
        var taken: [JournalEntry] = []
        if let container { taken = await evidence(of: service, container: container) }
        if isDeath {
            try journal.note(taken)
        } else {
            var failure = failure
            for case .event(.containerExited(let exit)) in taken.map(\.content) where !exit.running {
                failure.exitCode = failure.exitCode ?? exit.exitCode
                failure.oomKilled = failure.oomKilled || exit.oomKilled
            }
            // It may be what it was to be made from that is wrong, and no intent to make it tells of that.
            let unmade = failure.phase.isBeforeContainer && made(service) == nil ? summary(of: service) : nil
            try journal.note(
                taken + [entry(service, .failed, cause: failure.summary, container: container, failure: failure, spec: unmade)])
        }
        guard let container, !terms.keepFailed, !kind.endsContainer || made(service) == container else { return }
        // What it wrote is nowhere else.
        guard taken.hasLog else {
            return try journal.note(service, .noteTaken(NoteTaken(text: NoteTaken.unreadLog(of: service))))
        }
        try await discard(service, container: container, cause: "because it failed (\(failure.failureClass.rawValue))")
    }

    /// What the service's container would have been made from, as far as that can be told.
    private func summary(of service: String) -> SpecSummary? {
        guard let spec = group[service]?.resolvedAsFar(journal.state.context) else { return nil }
        journal.conceal(spec.secretTexts)
        return summary(of: spec)
    }

    /// The container that failed: this run's own, or the existing one it had started again. A container that was to be
    /// replaced and still runs is not it.
    private func failedContainer(of service: String, _ failure: Failure) async throws -> String? {
        if let id = made(service) { return id }
        return failure.phase.isBeforeContainer ? nil : journal.state[service].containerID
    }

    /// Stops and removes a container beside the plan, each step recorded.
    func discard(_ service: String, container id: String, cause: String) async throws {
        do {
            let container = try await engine.inspect(container: id)
            // A new one has another name than the service's until the old one is gone.
            let target = container.name
            if container.state.running {
                // Short: the service has failed already, and its evidence is safe.
                try await call(
                    EngineStep(kind: .stopContainer, service: service, cause: cause, target: target), result: { id }
                ) { () async throws(DockerError) in
                    try await engine.stop(container: id, seconds: min(terms.stopTimeout, 10))
                }
            }
            // An older one may hold data in volumes without a name, and Podman takes handed-on ones along as well.
            let isAllItsOwn = made(service) == id && handedOn(to: id).isEmpty
            try await remove(service, id, target: target, cause: cause, force: true, volumes: isAllItsOwn)
        } catch let error as DockerError {
            // That nothing answers stands with the step already.
            guard !error.isNotFound, !error.isUnreachable else { return }
            try journal.note(service, .noteTaken(NoteTaken(text: "its container \(shortID(id)) could not be removed: \(error)")))
        }
    }
}

extension Failure {
    /// How the process ended is known, and explains itself.
    fileprivate var isDeath: Bool { exitCode != nil && [.exitedZero, .exitedNonzero, .killedBySignal].contains(failureClass) }
}
