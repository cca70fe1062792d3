import DockerClient
import Reconciler

/// A container that a killed run was stopping and that still runs: the engine may be waiting for its end.
struct HalfStop: Sendable {
    var service: String
    var id: String
    var name: String
    /// The run that was killed.
    var run: Int
    var cause: String { "run \(run) was stopping it" }

    init?(_ open: OpenIntent, engine: any ContainerEngine, group: String) async {
        guard open.intent.step == .stopContainer, let service = open.service,
            let container = try? await engine.inspect(container: open.intent.target), container.state.running,
            GroupLabels.areOn(container, group: group, service: service)
        else { return nil }
        self.service = service
        id = container.id
        name = open.intent.target
        run = open.run
    }
}

extension GroupRun {
    /// Ends what a killed run was stopping: taken for running, it would be gone a moment later.
    func finishStops() async throws {
        for half in halfStops {
            try await call(
                EngineStep(kind: .stopContainer, service: half.service, cause: half.cause, target: half.name),
                result: { _ in half.id }
            ) { () async throws(DockerError) in
                do throws(DockerError) { try await engine.stop(container: half.id, seconds: terms.stopTimeout) } catch {
                    if !error.isNotFound { throw error }
                }
            }
        }
    }
}
