import DockerClient
import Reconciler

extension GroupRun {
    /// Takes away a second network of ours with the same name. The call of a run that was killed and that of the next can cross:
    /// a name is no key to the engine there, and then it connects no container to either.
    func removeTwinNetworks() async throws {
        let name = group.network
        let twins = try await engine.networks(named: name).filter { $0.labels[GroupLabels.group] == group.name }
        guard twins.count > 1 else { return }
        var idle: [NetworkInspect] = []
        for twin in twins where try await engine.inspect(network: twin.id).containers.isEmpty { idle.append(twin) }
        // One stays: that with containers, else the first.
        for twin in idle.count == twins.count ? idle.dropFirst() : idle[...] {
            let run = twin.labels[GroupLabels.run] ?? "?"
            do {
                try await call(
                    EngineStep(
                        kind: .removeNetwork, service: nil,
                        cause: "there are two of that name, since the call of a killed run went through; this one was made by run \(run)",
                        target: name)
                ) { () async throws(DockerError) in try await engine.remove(network: twin.id) }
            } catch let error as DockerError where error.isNotFound {}
        }
    }

    /// Does a call that connects a container by the network's name, once more when that was two networks' name.
    func withOneNetwork<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let error as DockerError where error.isNetworkAmbiguous {
            try await removeTwinNetworks()
            return try await body()
        }
    }
}
