import DockerClient
import FoundationEssentials
import Simulation
import Testing

@Suite struct WorldEngineTests {
    @Test("what the real engine is held to holds for the one that the kill tests use", arguments: EngineContract.allCases)
    func contract(_ statement: EngineContract) async throws {
        var state = WorldEngine.State()
        state.world.images["image:1"] = "sha256:image"
        state.world.programs = ["ending": .exits(code: 3, after: 0), "broken": .cannotStart]
        let engine = try WorldEngine(state)
        let docker = try Docker(environment: ["DOCKER_HOST": engine.host])
        try await statement.check(
            ContractBench(engine: docker, image: "image:1", tag: "world", lasting: { _ in }, ending: { _ in }, broken: { _ in }))
    }
}
