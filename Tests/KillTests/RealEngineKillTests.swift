import DockerClient
import FoundationEssentials
import Simulation
import TestSupport
import Testing

/// A sample of the scripted engine's fault points, on the real engine: `MINIBOSS_SEED` repeats one.
@Suite(.supervised) struct RealEngineKillTests {
    @Test("B56: killed at sampled requests to the real engine, start, stop and reload are taken up by the next start")
    func samples() async throws {
        let supervisor = try Supervision.current()
        let seed = ProcessInfo.processInfo.environment["MINIBOSS_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...1 << 32)
        let trial = try RealTrial(group: "kill-" + String(UInt32.random(in: .min ... .max), radix: 36), supervisor: supervisor)
        var generator = SeededGenerator(seed: seed)
        var tally = KillTally()
        do {
            try await trial.addForeigner()
            for scenario in [KillScenario.firstStart, .stop, .reload] {
                tally = tally + (try await sample(scenario, 4, trial, &generator))
            }
        } catch {
            try await trial.close()
            throw error
        }
        try await trial.close()
        tally.report("real engine, seed \(seed)")
    }

    private func sample(
        _ scenario: KillScenario, _ count: Int, _ trial: RealTrial, _ generator: inout SeededGenerator
    ) async throws -> KillTally {
        try await prepare(scenario, trial)
        try trial.calm(scenario.command)
        let points = trial.passed
        try trial.calm(["start"])
        let expected = try await trial.picture()
        #expect(expected.containers.map(\.status) == ["running", "running"])
        var tally = KillTally()
        for point in (1...points).shuffled(using: &generator) where tally.points < count {
            try await prepare(scenario, trial)
            let first = try trial.run(scenario.command, lethal: point)
            // Some requests ask again until something is so: it may have been so sooner this time.
            guard first.wasKilled else { continue }
            let processes = [first, try trial.run(["start"])]
            tally.points += 1
            tally.runs += processes.count
            let fault = FaultPoint.request(point)
            tally.violations += try await trial.violations(processes, expected).map { "\(scenario) \(fault): \($0)" }
        }
        #expect(tally.points == min(count, points))
        return tally
    }

    /// The group as it stands before the command.
    private func prepare(_ scenario: KillScenario, _ trial: RealTrial) async throws {
        try await trial.clear()
        guard scenario.isStarted else { return }
        try trial.calm(["start"])
        try scenario.change(trial.place)
    }
}
