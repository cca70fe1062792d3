import Glibc
import Ledger
import Simulation

// simulate random FIRST COUNT    random schedules, seeds FIRST to FIRST + COUNT - 1
// simulate replay SEED           one of them, with its story
// simulate kill SEED NAME POINT  one of them, with its story
// simulate kills SEED [deep]     every command killed at every fault point; deep: and its recovery at every one of its own
//
// Exits with 1 when something that must always hold did not.

func fail(_ text: String) -> Never {
    print(text)
    exit(2)
}

let words = CommandLine.arguments.dropFirst()
switch words.first {
case "random":
    guard words.count == 3, let first = UInt64(words[2]), let count = UInt64(words[3]) else { fail("simulate random FIRST COUNT") }
    var failing: [UInt64] = []
    for seed in first..<first + count {
        var schedule = RandomTrial(seed: seed)
        schedule.run()
        guard !schedule.violations.isEmpty else { continue }
        failing.append(seed)
        print("seed \(seed): \(schedule.violations.prefix(3).joined(separator: "; "))")
    }
    print("\(count) schedules from seed \(first): \(failing.count) failed" + (failing.isEmpty ? "" : "; simulate replay \(failing[0])"))
    exit(failing.isEmpty ? 0 : 1)
case "replay":
    guard words.count == 2, let seed = UInt64(words[2]) else { fail("simulate replay SEED") }
    var schedule = RandomTrial(seed: seed)
    schedule.run()
    for event in schedule.trial.ledger.events { print(event.seq, event.run, event.service ?? "-", event.type, event.body) }
    for line in schedule.story { print(line) }
    print("\(schedule.trial.scheduler.steps) steps, \(schedule.trial.ledger.events.count) events")
    for violation in schedule.violations { print("violation: \(violation)") }
    exit(schedule.violations.isEmpty ? 0 : 1)
case "kills":
    guard words.count >= 2, let seed = UInt64(words[2]) else { fail("simulate kills SEED [deep]") }
    var failed = false
    for kill in KillTrial.allCases {
        let result = kill.run(seed: seed, killsRecovery: words.count == 3)
        failed = failed || !result.violations.isEmpty
        for violation in result.violations.prefix(5) { print(violation) }
        print("\(kill.rawValue): \(result.points) points, \(result.trials) trials, \(result.violations.count) violations")
    }
    exit(failed ? 1 : 0)
case "kill":
    guard words.count >= 4, let seed = UInt64(words[2]), let kill = KillTrial(rawValue: words[3]), let point = Int(words[4]) else {
        fail("simulate kill SEED NAME POINT [POINT OF THE RECOVERY]")
    }
    let (trial, violations) = kill.replay(seed: seed, point: point, recoveryPoint: words.count > 4 ? Int(words[5]) : nil)
    for event in trial.ledger.events { print(event.seq, event.run, event.service ?? "-", event.type, event.body) }
    for violation in violations { print("violation: \(violation)") }
    exit(violations.isEmpty ? 0 : 1)
default:
    fail("simulate random FIRST COUNT | replay SEED | kills SEED [deep]")
}
