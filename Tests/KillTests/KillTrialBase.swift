import DockerClient
import Simulation

/// A scenario's beginning, and the end to which its command and a start lead when nobody is killed.
struct KillTrialBase: Sendable {
    let scenario: KillScenario
    let place: KillPlace
    /// The engine as the command finds it.
    let engine: WorldEngine.State
    let end: WorldTrial.End
    private let supervisor: Supervisor

    init(_ scenario: KillScenario, _ supervisor: Supervisor) throws {
        self.scenario = scenario
        self.supervisor = supervisor
        let present = try KilledGroup.place(supervisor.directory("first"), group: "kill")
        var state = WorldEngine.State()
        state.world.images = [KilledGroup.base: "sha256:base", "foreign:1": "sha256:foreign"]
        try state.addForeigners()
        if scenario.isStarted {
            let trial = try WorldTrial(place: present, engine: state, supervisor: supervisor)
            try trial.calm(["start"])
            state = trial.state
            try scenario.change(present)
        }
        engine = state
        place = try present.copy(to: supervisor.directory("base"))
        let whole = try WorldTrial(place: present, engine: engine, supervisor: supervisor)
        try whole.calm(scenario.command)
        try whole.calm(["start"])
        end = whole.end
        // The copies are what it was moved to: a ledger that is still there would have the containers.
        present.remove()
    }
}

extension KillTrialBase {
    /// The group as the command finds it.
    ///
    /// - Parameter slot: of those who work side by side.
    func trial(slot: Int) throws -> WorldTrial {
        try WorldTrial(place: place.copy(to: supervisor.directory("place-\(slot)")), engine: engine, supervisor: supervisor)
    }

    /// Runs the command killed at the first fault and starts killed at the others, and then a start that nobody kills.
    ///
    /// - Returns: what came of it, and how many died before one outlived its fault.
    func kill(_ faults: [FaultPoint], slot: Int) throws -> (tally: KillTally, deaths: Int) {
        let trial = try trial(slot: slot)
        var processes: [Supervisor.Ended] = []
        for (index, fault) in faults.enumerated() {
            processes.append(try trial.run(index == 0 ? scenario.command : ["start"], fault: fault))
        }
        let deaths = processes.prefix(while: \.wasKilled).count
        processes.append(try trial.run(["start"]))
        let name = "\(scenario) " + faults.map(\.description).joined(separator: ", then start ")
        let violations = try trial.violations(processes, self).map { "\(name): \($0)" }
        return (KillTally(points: deaths == faults.count ? 1 : 0, runs: processes.count, violations: violations), deaths)
    }
}

extension WorldEngine.State {
    /// Somebody else's, with names much like ours.
    fileprivate mutating func addForeigners() throws {
        var foreign = ContainerConfig(image: "foreign:1")
        foreign.labels = ["io.miniboss.group": "kill-two", "io.miniboss.service": "db"]
        _ = try world.createNetwork("miniboss-kill-two", labels: ["io.miniboss.group": "kill-two"])
        foreign.network = "miniboss-kill-two"
        let id = try world.create(name: "miniboss-kill-two_db", foreign, now: now)
        try world.start(id, now: now, timestamp: timestamp)
    }
}
