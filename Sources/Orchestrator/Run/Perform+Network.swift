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
        } catch let error as DockerError where error.status == 409 || error.engineMessage.contains("already exists") {
            throw Failure(
                .nameConflict, phase: .create, summary: "the network's name \(name) is held by a network miniboss did not make",
                subject: name,
                holder: "a network of that name")
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
                // Somebody else's container is on it: the network stays, the stop is done.
                try journal.note(
                    nil, .noteTaken(NoteTaken(text: "the network \(name) is still used by a container that is not of this group; it stays"))
                )
            }
        }
    }
}
