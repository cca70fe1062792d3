import DockerClient
import Reconciler

extension GroupRun {
    func createNetwork(_ step: PlanStep) async throws {
        let name = step.target.text
        let operation = clock.identifier()
        do {
            _ = try await call(
                EngineStep(kind: .createNetwork, service: nil, cause: step.cause, target: name), operation: operation, result: { $0 },
                resolve: { [engine, group] in
                    let found = try await engine.networks(named: name).first { $0.labels[GroupLabels.group] == group.name }
                    return found.map { .adopted($0.id) } ?? .absent
                }
            ) { () async throws(DockerError) in
                try await engine.createNetwork(
                    name: name,
                    labels: [GroupLabels.group: group.name, GroupLabels.run: String(journal.run), GroupLabels.operation: operation])
            }
        } catch let error as DockerError where error.isNetworkNameTaken {
            // The call of a run that was killed may have been carried out after all.
            if try await hasOwnNetwork(name, within: 2) { return }
            throw Failure(
                .nameConflict, phase: .create, summary: "the network's name \(name) is held by a network miniboss did not make",
                subject: name, holder: Failure.networkHolder)
        }
    }

    /// Whether the group has a network of that name. An engine that is still making it names nobody's yet.
    private func hasOwnNetwork(_ name: String, within seconds: Double) async throws -> Bool {
        let start = clock.monotonic()
        while true {
            let found = try await engine.networks(named: name)
            if found.contains(where: { $0.labels[GroupLabels.group] == group.name }) { return true }
            guard found.isEmpty, clock.seconds(since: start) < seconds else { return false }
            try await clock.sleep(0.05)
        }
    }

    func removeNetwork(_ step: PlanStep) async throws {
        let name = step.target.text
        for network in try await engine.networks(named: name) where network.labels[GroupLabels.group] == group.name {
            do {
                try await call(
                    EngineStep(kind: .removeNetwork, service: nil, cause: step.cause, target: name),
                    resolve: { [engine] in try await engine.networks(named: name).isEmpty ? .adopted(()) : .absent }
                ) { () async throws(DockerError) in
                    try await engine.remove(network: network.id)
                }
            } catch let error as DockerError where error.isNetworkInUse {
                if let own = await ownUser(of: network.id) {
                    throw OperationError(
                        .failed, "the network \(name) stays: \(own) of this group runs on it, which the engine did not list",
                        next: "`miniboss doctor` checks the engine; then `miniboss stop --remove` tries again.")
                }
                // The containers are gone: the stop is done, whoever else keeps the network.
                try journal.note(nil, .noteTaken(NoteTaken(text: "the network \(name) stays: \(await users(of: network.id))")))
            } catch let error as DockerError {
                // No service's failure, and yet the group is not gone.
                let words = error.engineMessage.isEmpty ? error.description : error.engineMessage
                throw OperationError(
                    .failed, "the network \(name) could not be removed: \(words)",
                    next: "The containers are gone. `miniboss stop --remove` tries again.")
            }
        }
    }

    /// A running container of the group on a network that is to be removed.
    private func ownUser(of network: String) async -> String? {
        for id in (try? await engine.inspect(network: network).containers.keys.sorted()) ?? [] {
            guard let user = try? await engine.inspect(container: id), user.state.running,
                user.config.labels[GroupLabels.oneOff] == nil
            else { continue }
            if GroupLabels.areOn(user, group: group.name, service: nil) { return user.name }
        }
        return nil
    }

    private func users(of network: String) async -> String {
        guard let users = try? await engine.inspect(network: network).containers.values.sorted() else { return "it is still used" }
        // Seen on Docker 20.10, which counts wrongly when many containers leave a network at once.
        if users.isEmpty { return "the engine says it is used, yet no container is on it, which only a restart of the engine mends" }
        return "it is still used by \(users.joined(separator: ", "))"
    }
}
