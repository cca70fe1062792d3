import DockerClient
import Simulation
import Testing

@Suite struct ScriptedEngineKillTests {
    @Test("B56: killed before or after any request it sends, a command is taken up by the next", arguments: KillScenario.allCases)
    func requests(_ scenario: KillScenario) async throws {
        try await killEverywhere(scenario, "requests") { .request($0) }
    }

    @Test("B56: killed before or after any call that makes the ledger durable, a command is taken up", arguments: KillScenario.allCases)
    func appends(_ scenario: KillScenario) async throws {
        try await killEverywhere(scenario, "syncs") { .sync($0) }
    }

    private func killEverywhere(_ scenario: KillScenario, _ kind: String, _ fault: @escaping @Sendable (Int) -> FaultPoint) async throws {
        let supervisor = try Supervisor()
        let base = try KillTrialBase(scenario, supervisor)
        defer { base.place.remove() }
        let tally = try await enumeratePoints { point in
            try base.kill([fault(point)], supervisor)
        }
        report("\(scenario), \(kind)", tally)
        #expect(tally.points > 20)
    }
}

private func report(_ name: String, _ tally: KillTally) {
    print("\(name): \(tally.points) fault points, \(tally.runs) runs, \(tally.violations.count) violations")
    let count = tally.violations.count
    #expect(count == 0, "\(tally.violations.prefix(5).joined(separator: "\n"))")
}

extension KillTrialBase {
    /// Runs the command and, but for the last fault, the starts after it, each killed at its fault, and then a calm start.
    func kill(_ faults: [FaultPoint], _ supervisor: Supervisor) throws -> KillResult {
        let trial = try WorldTrial(place: KillPlace(copyOf: place), engine: engine, supervisor: supervisor)
        defer { trial.place.remove() }
        var processes: [Supervisor.Ended] = []
        for (index, fault) in faults.enumerated() {
            processes.append(try trial.run(index == 0 ? scenario.command : ["start"], fault: fault))
        }
        let wasKilled = processes.last?.wasKilled == true
        processes.append(try trial.run(["start"]))
        let place = "\(scenario) " + faults.map(\.description).joined(separator: ", then start ")
        return KillResult(
            runs: processes.count, wasKilled: wasKilled, violations: try trial.violations(processes, self).map { "\(place): \($0)" })
    }
}
