import DockerClient
import Reconciler

extension GroupRun {
    /// Stops a container. It is stopped when its process has ended, which the engine tells before it answers: until then it
    /// takes the network of the container apart. Only what is to be done with this container next waits for that.
    func stopContainer(_ step: PlanStep) async throws -> StepResult {
        guard let service = step.service else { return .succeeded }
        let id = try containerID(step)
        let tracked = isOwn(id, of: service)
        if hooks(of: service).preStop != nil, found(container: id)?.status == .paused {
            try journal.note(service, .noteTaken(NoteTaken(text: "pre_stop was not run: its container was paused")))
        }
        let start = clock.monotonic()
        let answer = try await call(
            EngineStep(kind: .stopContainer, service: service, cause: step.cause, target: step.target.text), result: { _ in id },
            before: tracked ? [entry(service, .stopBegan, cause: step.cause, container: id, onlyFrom: .stoppable)] : [],
            after: { _ in tracked ? [entry(service, .containerStopped, container: id, onlyFrom: [.stopping])] : [] },
            resolve: { [engine] in
                do {
                    return try await engine.state(container: id).running ? .absent : .adopted(Task { .success(()) })
                } catch let error as DockerError where error.isNotFound { return .adopted(Task { .success(()) }) }
            }
        ) { () async throws(DockerError) in
            try await end(id)
        }
        let took = clock.seconds(since: start)
        return .ended(rest: Task { await lastWords(of: service, id, answer, wasKilled: took >= terms.stopTimeout) })
    }

    private typealias StopAnswer = Task<Result<Void, DockerError>, Never>

    /// - Returns: once the process has ended, what the engine answers or will answer to the call.
    private func end(_ id: String) async throws(DockerError) -> StopAnswer {
        let answer = StopAnswer { [engine, stopTimeout = terms.stopTimeout] in
            do throws(DockerError) { try await engine.stop(container: id, seconds: stopTimeout) } catch {
                if !error.isNotFound { return .failure(error) }
            }
            return .success(())
        }
        let race = Race<Result<Void, DockerError>?>()
        let token = watch.listen(to: id) { [watch] _ in
            if watch.hasBeenStopped(id) { race.offer(nil) }
        }
        defer { watch.forget(token) }
        Task { race.offer(await answer.value) }
        if let result = await race.value() { try result.get() }
        return answer
    }

    /// Notes how the container ended, which the engine can be asked once it has done with the stop.
    private func lastWords(of service: String, _ id: String, _ answer: StopAnswer, wasKilled: Bool) async -> StepResult {
        var entries: [JournalEntry] = []
        if case .failure(let error) = await answer.value {
            entries.append(JournalEntry(service, .noteTaken(NoteTaken(text: "it has ended; the engine answered to its stop: \(error)"))))
        }
        if let state = try? await engine.state(container: id) {
            let exited = ContainerExited(
                containerID: id, exitCode: state.exitCode, oomKilled: state.oomKilled, error: nil, health: [])
            entries.append(JournalEntry(service, .containerExited(exited)))
            if state.exitCode == 137, wasKilled {
                let text = "did not stop within \(decimal(terms.stopTimeout, places: 1)) s and was killed with SIGKILL"
                entries.append(JournalEntry(service, .noteTaken(NoteTaken(text: text))))
            }
        }
        do {
            try journal.note(entries)
            return .succeeded
        } catch { return .fatal(OperationError(folding: error)) }
    }
}
