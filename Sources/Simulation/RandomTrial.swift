import DockerClient
import Orchestrator
import Reconciler
import TestSupport

/// A whole schedule from one seed: a random group, random commands, random faults, deaths and interrupts, then calm.
package struct RandomTrial {
    package let seed: UInt64
    /// What happened, for whoever has to look into a failing seed.
    package private(set) var story: [String] = []
    package private(set) var violations: [String] = []
    package let trial: Trial
    private var generator: SeededGenerator

    package init(seed: UInt64) {
        self.seed = seed
        var generator = SeededGenerator(seed: seed ^ 0x5EED)
        trial = Trial(seed: seed) { TrialGroup(random: &generator, scheduler: $0) }
        self.generator = generator
    }

    package mutating func run() {
        for _ in 0..<Int.random(in: 2...5, using: &generator) {
            let isPrompt = turmoil()
            let command = randomCommand()
            let lethal = generator.chance(30) ? Int.random(in: 1...150, using: &generator) : nil
            let interrupt = generator.chance(15) ? Double.random(in: 0...3, using: &generator) : nil
            let companion = command.isInContainer && generator.chance(50) ? randomCommand() : nil
            let mishaps = mishaps()
            let outcome = trial.run(command, lethal: lethal, interrupt: interrupt, mishaps: mishaps, companion: companion)
            note(command, outcome)
            story += trial.suffered.map { "  meanwhile \($0)" }
            if let companion, let beside = trial.companionOutcome {
                note(companion, beside)
                check(trial.violations(after: beside))
            }
            check(trial.violations(after: outcome))
            if isPrompt, mishaps.isEmpty { check(trial.latePostMortems(outcome)) }
            meddle()
        }
        calm()
        rewriteForgottenContext()
        let start = trial.run(.start())
        note(.start(), start)
        check(trial.violations(after: start) + trial.violationsWhenStarted(start))
        let again = trial.run(.start())
        note(.start(), again)
        check(trial.violations(after: again) + trial.violationsWhenStarted(again))
        if let end = again.end, !end.nothingToDo, !trial.group.members.contains(where: { $0.isBuilt || $0.alwaysStartsNew }) {
            check(["a second start found something to do"])
        }
        reloadAndStop()
        commandsInContainers()
        let stop = trial.run(.stop(remove: true))
        note(.stop(remove: true), stop)
        check(trial.violations(after: stop) + trial.violationsWhenRemoved(stop))
    }

    private mutating func check(_ found: [String]) { violations += found.filter { !violations.contains($0) } }

    private mutating func note(_ command: Trial.Command, _ outcome: Trial.Outcome) {
        story.append("\(command): \(outcome.words)")
    }

    private mutating func randomCommand() -> Trial.Command {
        let names = trial.group.members.map(\.name)
        let name = names.randomElement(using: &generator) ?? ""
        switch Int.random(in: 0..<12, using: &generator) {
        case 10: return .exec(name)
        case 11: return .oneOff(name)
        case 0...5:
            let last = names.last ?? ""
            let keepFailed = generator.chance(20)
            if generator.chance(10) { return .start(only: [name], keepFailed: keepFailed, timeout: 3) }
            return .start(exclude: names.count > 1 && generator.chance(15) ? [last] : [], keepFailed: keepFailed, timeout: 3)
        case 6, 7: return .stop(remove: generator.chance(40))
        default: return .reload(name, remove: generator.chance(25), withDependents: !generator.chance(20))
        }
    }

    /// Faults of the engine, programs that end, hooks that misbehave.
    /// - Returns: whether the engine itself answers at once, tells everything, and does so in time.
    private mutating func turmoil() -> Bool {
        var dice = SeededGenerator(seed: generator.next())
        let rate = dice.chance(50) ? 0 : Int.random(in: 1...12, using: &dice)
        let calls = Box(dice)
        trial.engine.fault = { _ in
            guard calls.dice.chance(rate) else { return .none }
            let cut = SimulatedEngine.Fault.cut(after: Int.random(in: 0...80, using: &calls.dice), isDone: calls.dice.chance(50))
            return [.refused, .doneThenLost, .lostUndone, cut, .garbage, .serverError].randomElement(using: &calls.dice) ?? .none
        }
        let deafness = dice.chance(70) ? 0 : 50
        trial.engine.losesEvent = { calls.dice.chance(deafness) }
        let lag = dice.chance(50) ? 0 : 0.05
        trial.engine.eventLag = { Double.random(in: 0...lag, using: &calls.dice) }
        let delays = dice.chance(70) ? 0 : 4
        trial.engine.latency = { Double.random(in: calls.dice.chance(delays) ? 0.5...4 : 0.0001...0.05, using: &calls.dice) }
        for member in trial.group.members {
            let programs: [SimulatedWorld.Program] = [
                .exits(code: 3, after: 0.2), .exits(code: 0, after: 0.05), .exits(code: 1, after: 0.9), .ignoresStop, .cannotStart,
            ]
            trial.engine.world.programs[member.name] = dice.chance(85) ? member.program : programs.randomElement(using: &dice)
            var mischief = TrialGroup.Mischief()
            // It ends while it is pinged.
            if !member.isJob, case .exits? = trial.engine.world.programs[member.name] { mischief.neverReady = dice.chance(40) }
            if dice.chance(12) {
                switch Int.random(in: 0..<4, using: &dice) {
                case 0: mischief.throwsInPreStart = true
                case 1: mischief.throwsInPostStart = true
                case 2: mischief.neverReady = true
                default: mischief.hangs = true
                }
            }
            trial.group.mischief[member.name] = mischief
        }
        trial.engine.world.command = (dice.chance(20) ? 0 : Double.random(in: 0...4, using: &dice), dice.chance(30) ? 7 : 0)
        if dice.chance(25) { trial.group.version += 1 }
        if dice.chance(15) { trial.group.passPortsOn() }
        trial.group.groupThrows = dice.chance(10)
        // Somebody has cleared up: what is made from it next has to be pulled.
        for member in trial.group.members where !member.isBuilt && dice.chance(8) {
            trial.engine.world.images[trial.group.image(of: member)] = nil
        }
        // New sources: the next build makes another image.
        for member in trial.group.members where member.isBuilt && dice.chance(30) {
            trial.engine.world.images[trial.group.image(of: member)] = nil
        }
        return rate == 0 && deafness == 0 && lag == 0 && delays == 0
    }

    /// What happens while the next command is at work.
    private mutating func mishaps() -> [(after: Double, SimulatedEngine.Mishap)] {
        guard generator.chance(25) else { return [] }
        return (0..<Int.random(in: 1...2, using: &generator)).map { _ in
            let number = Int.random(in: 0..<8, using: &generator)
            let mishaps: [SimulatedEngine.Mishap] = [
                .restart(seconds: Double.random(in: 0...2, using: &generator)), .killed(number), .paused(number), .removed(number),
                .networkRemoved,
            ]
            return (Double.random(in: 0...1, using: &generator), mishaps.randomElement(using: &generator) ?? .networkRemoved)
        }
    }

    /// The user's own hands between the commands.
    private mutating func meddle() {
        if generator.chance(4) {
            trial.loseLedger()
            story.append("the user moved the ledger away")
        }
        guard generator.chance(20), let container = trial.containers.randomElement(using: &generator) else { return }
        if generator.chance(50) {
            trial.engine.world.orphan(container)
            try? trial.engine.world.remove(container.id, force: true)
            story.append("the user removed \(container.name)")
        } else if container.state.running, let index = try? trial.engine.world.index(of: container.id) {
            if generator.chance(30) {
                trial.engine.world.pause(index, true)
                story.append("the user paused \(container.name)")
            } else {
                trial.engine.world.end(index, code: 137, timestamp: trial.scheduler.clock.now())
                story.append("the user killed \(container.name)")
            }
        }
    }

    private mutating func calm() {
        trial.engine.fault = { _ in .none }
        trial.engine.losesEvent = { false }
        trial.engine.latency = { 0.001 }
        trial.engine.comeBack()
        trial.engine.world.calmDown()
        for member in trial.group.members where member.isJob {
            trial.engine.world.programs[member.name] = member.program
            trial.engine.world.endSoon(member.name, of: TrialGroup.name, at: trial.scheduler.now + 100_000_000)
        }
        trial.group.mischief = [:]
        trial.group.groupThrows = false
        // What a command in turmoil left running with a program that ends is as calm as the rest now.
    }

    /// In calm, a reload makes a service anew, a stop ends all that runs, and a start brings it back.
    private mutating func reloadAndStop() {
        if let built = trial.group.members.filter({ $0.isBuilt && !$0.isJob }).randomElement(using: &generator)?.name {
            let reload = trial.run(.reload(built))
            note(.reload(built), reload)
            check(trial.violations(after: reload) + trial.violationsWhenReloaded(reload, built))
        }
        guard generator.chance(30) else { return }
        let stop = trial.run(.stop(remove: false))
        note(.stop(remove: false), stop)
        check(trial.violations(after: stop) + trial.violationsWhenStopped(stop))
        let start = trial.run(.start())
        note(.start(), start)
        check(trial.violations(after: start) + trial.violationsWhenStarted(start))
    }

    /// In calm, a command's code is the caller's and the ledger's, and nothing is left of a one-off container.
    private mutating func commandsInContainers() {
        trial.engine.world.command = (0.5, 7)
        let name = trial.group.members.randomElement(using: &generator)?.name ?? ""
        let lasting = trial.group.members.filter { !$0.isJob }.randomElement(using: &generator)?.name
        for command in (lasting.map { [Trial.Command.exec($0)] } ?? []) + [.oneOff(name)] {
            let outcome = trial.run(command)
            note(command, outcome)
            check(trial.violations(after: outcome) + trial.violationsWhenReturned(outcome, code: 7))
        }
    }

    /// What a lost ledger knew of the context is written again as the hint of `context_missing` says.
    private mutating func rewriteForgottenContext() {
        guard trial.containers.contains(where: { trial.forgotten.contains($0.id) }) else { return }
        for command in [Trial.Command.start(), .stop(remove: true)] {
            let outcome = trial.run(command)
            note(command, outcome)
            check(trial.violations(after: outcome))
            guard let end = outcome.end, Set(end.failures.map(\.failure.failureClass)) == [.contextMissing] else { return }
        }
    }

    // Unchecked: the process has one thread.
    private final class Box: @unchecked Sendable {
        var dice: SeededGenerator
        init(_ dice: SeededGenerator) { self.dice = dice }
    }
}

extension TrialGroup.Member {
    /// What its container does where nothing goes wrong.
    fileprivate var program: SimulatedWorld.Program { isJob ? .exits(code: 0, after: 0.1) : .runs }
}
