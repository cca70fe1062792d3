/// The contract of engines, tried on the simulated one.
package enum SimulatedContract {
    /// The statements that do not hold.
    package static func violations() -> [String] {
        EngineContract.allCases.compactMap { statement in
            let scheduler = Scheduler(seed: 1)
            let engine = SimulatedEngine(scheduler: scheduler, faults: FaultPlan(scheduler: scheduler))
            engine.world.images["image:1"] = "sha256:image"
            engine.world.programs = ["ending": .exits(code: 3, after: 0.1), "broken": .cannotStart]
            let bench = ContractBench(
                engine: engine, image: "image:1", tag: "simulated", lasting: { _ in }, ending: { _ in }, broken: { _ in })
            let outcome: String?? = scheduler.run {
                do { try await statement.check(bench) } catch { return "\(statement): \(error)" }
                return nil
            }
            return outcome ?? "\(statement): killed"
        }
    }
}
