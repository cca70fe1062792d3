import DockerClient
import FoundationEssentials
import Orchestrator
import Simulation
import Testing

/// The same statements on both engines, so that the simulation stays honest.
@Suite struct EngineContractTests {
    @Test("what the simulation assumes of an engine holds for the real one", arguments: EngineContract.allCases)
    func real(_ statement: EngineContract) async throws {
        let docker = try Docker(environment: ProcessInfo.processInfo.environment)
        let tag = "t" + String(UInt32.random(in: .min ... .max), radix: 36)
        let bench = ContractBench(
            engine: docker, image: ProcessInfo.processInfo.environment["MINIBOSS_TEST_IMAGE"] ?? "miniboss-test/busybox:latest", tag: tag,
            lasting: { $0.cmd = ["sh", "-c", "trap 'exit 0' TERM; echo up; sleep 1000 & wait"] },
            ending: { $0.cmd = ["sh", "-c", "exit 3"] },
            broken: { $0.cmd = ["no-such-program"] },
            ready: { id in
                // It says so once it has set its trap.
                for try await _ in try await docker.logLines(id, LogOptions(follow: true)) { return }
            })
        var failure: (any Error)?
        do { try await statement.check(bench) } catch { failure = error }
        for container in try await docker.listContainers(all: true, labels: ["contract=\(tag)"]) {
            _ = try await docker.removeContainer(container.id, force: true)
        }
        for network in try await docker.listNetworks(labels: ["contract=\(tag)"]) { _ = try await docker.removeNetwork(network.id) }
        if let failure { throw failure }
    }
}
