import Glibc
import Ledger
import Simulation

/// Runs the simulation from the command line; exits with 1 when something that must always hold did not.
@main enum Simulate {
    static let usage = """
        simulate random FIRST COUNT       random schedules, seeds FIRST to FIRST + COUNT - 1
        simulate replay SEED              one of them, with its story
        simulate kills SEED NAME|all [deep]   a command killed at every fault point; deep: and its recovery at every one of its own
        simulate contract                 what the real engine is held to, too
        simulate kill SEED NAME POINT [RECOVERY POINT]   one of them, with its story
        """

    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        let numbers = words.map { Int($0) }
        switch (words.first, words.count) {
        case ("random", 3):
            guard let first = numbers[1], let count = numbers[2], first >= 0, count > 0 else { break }
            exit(random(first, count) ? 0 : 1)
        case ("replay", 2):
            guard let seed = numbers[1] else { break }
            exit(replay(seed) ? 0 : 1)
        case ("kills", 3...4):
            let names = words[2] == "all" ? KillTrial.allCases : KillTrial(rawValue: words[2]).map { [$0] } ?? []
            guard let seed = numbers[1], !names.isEmpty else { break }
            exit(kills(names, seed, isDeep: words.last == "deep") ? 0 : 1)
        case ("kill", 4...5):
            guard let seed = numbers[1], let kill = KillTrial(rawValue: words[2]), let point = numbers[3] else { break }
            exit(show(kill, seed, point, numbers.count > 4 ? numbers[4] : nil) ? 0 : 1)
        case ("contract", 1): exit(tell(SimulatedContract.violations()) ? 0 : 1)
        default: break
        }
        print(usage)
        exit(2)
    }

    private static func random(_ first: Int, _ count: Int) -> Bool {
        var failing: [Int] = []
        for seed in first..<first + count {
            var schedule = RandomTrial(seed: UInt64(seed))
            schedule.run()
            guard !schedule.violations.isEmpty else { continue }
            failing.append(seed)
            print("seed \(seed): \(schedule.violations.prefix(3).joined(separator: "; "))")
        }
        let hint = failing.first.map { "; `simulate replay \($0)` tells the first" } ?? ""
        print("\(count) schedules from seed \(first): \(failing.count) with violations\(hint)")
        return failing.isEmpty
    }

    private static func replay(_ seed: Int) -> Bool {
        var schedule = RandomTrial(seed: UInt64(seed))
        schedule.run()
        list(schedule.trial)
        for line in schedule.story { print(line) }
        print("\(schedule.trial.scheduler.steps) steps, \(schedule.trial.ledger.events.count) events")
        return tell(schedule.violations)
    }

    private static func kills(_ commands: [KillTrial], _ seed: Int, isDeep: Bool) -> Bool {
        var isGood = true
        for kill in commands {
            let result = kill.run(seed: UInt64(seed), killsRecovery: isDeep)
            isGood = isGood && result.violations.isEmpty
            for violation in result.violations.prefix(5) { print(violation) }
            print("\(kill.rawValue): \(result.points) points, \(result.trials) trials, \(result.violations.count) violations")
        }
        return isGood
    }

    private static func show(_ kill: KillTrial, _ seed: Int, _ point: Int, _ recoveryPoint: Int?) -> Bool {
        let (trial, violations) = kill.replay(seed: UInt64(seed), point: point, recoveryPoint: recoveryPoint)
        list(trial)
        return tell(violations)
    }

    private static func list(_ trial: Trial) {
        for event in trial.ledger.events { print(event.seq, event.run, event.service ?? "-", event.type, event.body) }
    }

    private static func tell(_ violations: [String]) -> Bool {
        for violation in violations { print("violation: \(violation)") }
        return violations.isEmpty
    }
}
