import Testing

/// The checks themselves: each sees what it is there to see.
@Suite(.supervised) struct LedgerChecksTests {
    @Test("a lost event, a changed one, and a run that should have been settled are seen")
    func forgeries() throws {
        let base = try KillTrialBase(.firstStart, Supervision.current())
        let trial = try base.trial(slot: 0)
        let ended = try trial.run(["start"])
        let checks = try LedgerChecks(trial.place)
        #expect(try checks.violations([ended]).isEmpty)
        #expect(!ended.progress.isEmpty)

        func seen(_ change: (inout Supervisor.Ended) -> Void) throws -> [String] {
            var forged = ended
            change(&forged)
            return try checks.violations([forged])
        }
        let lost = try seen { $0.progress.append($0.progress[0].replacing("\"seq\":1,", with: "\"seq\":9999,")) }
        #expect(lost == ["event 9999 (run.started) was acknowledged and is lost"])
        let changed = try seen { $0.progress[0] = $0.progress[0].replacing("\"command\":\"start\"", with: "\"command\":\"stop\"") }
        #expect(changed.count == 1 && changed[0].hasPrefix("event 1 is not what was acknowledged"))
        let unsettled = try seen { ended in
            ended.wasKilled = true
            ended.fault = .request(1)
        }
        #expect(unsettled.count == 1 && unsettled[0].contains("ended as"))
        #expect(try seen { $0.pid = 1 } == ["process 1 left no run"])
    }
}
