import DockerClient
import Simulation
import Testing

/// The real program, a real ledger and SIGKILL, at every point; the engine is one at a socket in this process.
@Suite(.supervised) struct ScriptedEngineKillTests {
    typealias Fault = @Sendable (Int) -> FaultPoint

    @Test("B56: killed before or after any request to the engine, a command is taken up by the next", arguments: KillScenario.allCases)
    func requests(_ scenario: KillScenario) async throws {
        try await killEverywhere(scenario) { .request($0) }
    }

    @Test("B56: killed before or after any sync of the ledger, a command is taken up by the next", arguments: KillScenario.allCases)
    func syncs(_ scenario: KillScenario) async throws {
        try await killEverywhere(scenario) { .sync($0) }
    }

    @Test("B56: killed at any change to the ledger's files, a first start is taken up by the next")
    func writes() async throws {
        // Only before each: after one and before the next, the files are the same.
        try await killEverywhere(.firstStart, step: 2) { .write($0) }
    }

    @Test("B56: killed at a request, and its recovery at any, a command is taken up", arguments: KillScenario.allCases)
    func recoveryAtRequests(_ scenario: KillScenario) async throws {
        try await killRecovery(scenario) { .request($0) }
    }

    @Test("B56: killed at a sync of the ledger, and its recovery at any, a command is taken up", arguments: KillScenario.allCases)
    func recoveryAtSyncs(_ scenario: KillScenario) async throws {
        try await killRecovery(scenario) { .sync($0) }
    }

    private func killEverywhere(_ scenario: KillScenario, step: Int = 1, _ fault: @escaping Fault) async throws {
        let base = try KillTrialBase(scenario, Supervision.current())
        let tally = try await enumeratePoints(step: step) { point, slot in
            let trial = try base.kill([fault(point)], slot: slot)
            return (trial.tally, trial.deaths == 1)
        }
        tally.report("\(scenario), killed at each \(fault(1).kind)")
        #expect(tally.points >= 20)
    }

    /// Each point of the recovery, after a death at one of the command's first points. The square of all pairs is the simulation's.
    private func killRecovery(_ scenario: KillScenario, _ fault: @escaping Fault) async throws {
        let base = try KillTrialBase(scenario, Supervision.current())
        let tally = try await enumeratePoints { recovery, slot in
            // The sooner the command died, the more is left to do: a point that one recovery does not have, another may.
            var tally = KillTally()
            for point in [1 + recovery * 7 % 16, 1, 2, 3, 5, 8] {
                let trial = try base.kill([fault(point), fault(recovery)], slot: slot)
                tally = tally + trial.tally
                if trial.deaths == 2 { return (tally, true) }
            }
            return (tally, false)
        }
        tally.report("\(scenario), killed at a \(fault(1).kind), and its recovery at each")
        #expect(tally.points >= 20)
    }
}
