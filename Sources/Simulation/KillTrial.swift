import Orchestrator
import Reconciler

/// One command killed at each of its fault points in turn, and what the next command makes of it.
package enum KillTrial: String, CaseIterable, Sendable {
    case firstStart, secondStart, startAfterChange, startAfterStop, stop, stopAndRemove, reload, exec, oneOff
    /// The command fails by itself: what is killed is also how it takes its container away.
    case failingStart

    package struct Result: Sendable {
        /// Fault points of the command.
        package var points = 0
        package var trials = 0
        package var violations: [String] = []
    }

    /// - Parameter killsRecovery: kill the next command at each of its points, too.
    package func run(seed: UInt64, killsRecovery: Bool) -> Result {
        var result = Result()
        let whole = fresh(seed)
        let end = whole.run(command)
        result.points = whole.faults.passed
        result.violations += whole.violations(after: end).map { "uninterrupted: \($0)" }
        whole.engine.world.calmDown()
        _ = whole.run(.start())
        let picture = whole.picture
        for point in 1...result.points {
            var recoveries = 1
            repeat {
                let lethal = killsRecovery && recoveries > 0 ? recoveries : nil
                let (violations, wasKilled) = once(seed, point, lethal, picture)
                result.trials += 1
                result.violations += violations
                recoveries = lethal != nil && wasKilled ? recoveries + 1 : 0
            } while recoveries > 0
        }
        return result
    }

    private func once(_ seed: UInt64, _ point: Int, _ lethal: Int?, _ picture: [String]) -> (violations: [String], wasKilled: Bool) {
        let trial = fresh(seed)
        let (found, wasKilled) = play(trial, point, lethal)
        let place = lethal.map { "\(rawValue) at \(point), then start at \($0)" } ?? "\(rawValue) at \(point)"
        let end = trial.picture == picture ? [] : ["the end is \(trial.picture), not \(picture)"]
        return ((found + end).map { "\(place) (seed \(seed)): \($0)" }, wasKilled)
    }

    /// One of the trials, for whoever has to look into it.
    package func replay(seed: UInt64, point: Int, recoveryPoint: Int?) -> (trial: Trial, violations: [String]) {
        let trial = fresh(seed)
        return (trial, play(trial, point, recoveryPoint).violations)
    }

    /// Kills at `point`, kills the next command at `lethal`, then lets a calm start come to its end.
    /// - Returns: whether the recovery was killed, too.
    private func play(_ trial: Trial, _ point: Int, _ lethal: Int?) -> (violations: [String], wasKilled: Bool) {
        let first = trial.run(command, lethal: point)
        var found = trial.violations(after: first)
        var wasKilled = false
        trial.engine.world.calmDown()
        if let lethal {
            let second = trial.run(.start(), lethal: lethal)
            if case .killed = second { wasKilled = true }
            found += trial.violations(after: second)
        }
        let last = trial.run(.start())
        return (found + trial.violations(after: last) + trial.violationsWhenStarted(last), wasKilled)
    }

    private var command: Trial.Command {
        switch self {
        case .firstStart, .secondStart, .startAfterChange, .startAfterStop, .failingStart: .start()
        case .stop: .stop(remove: false)
        case .stopAndRemove: .stop(remove: true)
        case .reload: .reload("app")
        case .exec: .exec("app")
        case .oneOff: .oneOff("app")
        }
    }

    /// The group as it is when the command begins.
    private func fresh(_ seed: UInt64) -> Trial {
        let trial = Trial(seed: seed) { scheduler in
            TrialGroup(
                members: [
                    TrialGroup.Member(
                        name: "db1", dependencies: [], writesKey: true, readsKeys: [], isBuilt: false, keepsData: true, hostPort: 8000,
                        noes: 1, postStartSeconds: 0.1),
                    TrialGroup.Member(
                        name: "app", dependencies: ["db1"], writesKey: false, readsKeys: ["key-db1"], isBuilt: self == .reload,
                        hostPort: nil,
                        noes: self == .failingStart ? 5 : 0, postStartSeconds: 0),
                ], scheduler: scheduler)
        }
        switch self {
        case .firstStart: break
        case .failingStart: trial.engine.world.programs["app"] = .exits(code: 3, after: 0.2)
        case .secondStart, .stop, .stopAndRemove, .reload, .exec, .oneOff: _ = trial.run(.start())
        case .startAfterChange:
            _ = trial.run(.start())
            trial.group.version += 1
        case .startAfterStop:
            _ = trial.run(.start())
            _ = trial.run(.stop(remove: false))
        }
        return trial
    }
}
