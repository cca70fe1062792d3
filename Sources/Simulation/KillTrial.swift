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

        fileprivate mutating func add(_ found: [String], _ place: String) {
            trials += 1
            violations += found.map { "\(place): \($0)" }
        }
    }

    /// - Parameter killsRecovery: kill each next command at each of its points, too. Of two deaths that leave the same behind one will do.
    package func run(seed: UInt64, killsRecovery: Bool) -> Result {
        var result = Result()
        let whole = fresh(seed)
        let end = whole.run(command)
        result.points = whole.faults.passed
        result.violations += whole.violations(after: end).map { "uninterrupted: \($0)" }
        whole.engine.world.calmDown()
        _ = whole.run(.start())
        let picture = whole.picture
        let before = fresh(seed)
        var left: Trial.Remains?
        for point in 1...result.points {
            let trial = Trial(copying: before)
            result.add(killed(trial, point), "\(rawValue) at \(point) (seed \(seed))")
            // What is played from a copy must be what is played from the beginning, or a replay would show something else.
            let copy = Trial(copying: trial)
            _ = continued(copy, .start(), nil, to: nil)
            let isSame = copy.ledger.events == replay(seed: seed, point: point, recoveryPoint: nil).trial.ledger.events
            result.add(isSame ? [] : ["a copy goes on otherwise"], "\(rawValue) at \(point) (seed \(seed))")
            let isNew = trial.remains != left
            left = trial.remains
            for next in nextCommands {
                result.add(
                    continued(Trial(copying: trial), next, nil, to: picture),
                    "\(rawValue) at \(point), then \(next) (seed \(seed))")
                guard killsRecovery, isNew else { continue }
                var lethal = 0
                var isKilled = true
                var leftByNext: Trial.Remains?
                while isKilled {
                    lethal += 1
                    let copy = Trial(copying: trial)
                    var found: [String]
                    (found, isKilled) = tried(copy, next, lethal)
                    if copy.remains != leftByNext {
                        leftByNext = copy.remains
                        found += calmed(copy, to: picture)
                    }
                    result.add(found, "\(rawValue) at \(point), then \(next) at \(lethal) (seed \(seed))")
                }
            }
        }
        return result
    }

    /// What the user may type after the command was killed; each has to find out first what became of it.
    private var nextCommands: [Trial.Command] {
        [.start(), .stop(remove: false), .stop(remove: true)] + (self == .reload ? [.reload("app")] : [])
    }

    /// One of the trials, for whoever has to look into it.
    package func replay(seed: UInt64, point: Int, recoveryPoint: Int?) -> (trial: Trial, violations: [String]) {
        let trial = fresh(seed)
        return (trial, killed(trial, point) + continued(trial, .start(), recoveryPoint, to: nil))
    }

    private func killed(_ trial: Trial, _ point: Int) -> [String] {
        let first = trial.run(command, lethal: point)
        let found = trial.violations(after: first)
        trial.engine.world.calmDown()
        return found
    }

    /// Runs the next command, kills it at `lethal` if that is given, then lets a calm start come to its end.
    private func continued(_ trial: Trial, _ next: Trial.Command, _ lethal: Int?, to picture: [String]?) -> [String] {
        let isStart = lethal == nil && next == .start()
        return (isStart ? [] : tried(trial, next, lethal).violations) + calmed(trial, to: picture)
    }

    /// - Returns: also whether the command was killed.
    private func tried(_ trial: Trial, _ next: Trial.Command, _ lethal: Int?) -> (violations: [String], wasKilled: Bool) {
        let second = trial.run(next, lethal: lethal)
        var found = trial.violations(after: second)
        if case .killed = second { return (found, true) }
        // What a killed command left must not keep the next one from its work.
        switch next {
        case _ where lethal != nil: break
        case .stop(remove: false): found += trial.violationsWhenStopped(second)
        case .stop(remove: true): found += trial.violationsWhenRemoved(second)
        case .reload(let service, _, _): found += trial.violationsWhenReloaded(second, service)
        default: if second.end?.outcome != .succeeded { found.append("it came to \(second.words)") }
        }
        return (found, false)
    }

    private func calmed(_ trial: Trial, to picture: [String]?) -> [String] {
        let last = trial.run(.start())
        let isOther = picture.map { trial.picture != $0 } ?? false
        return trial.violations(after: last) + trial.violationsWhenStarted(last)
            + (isOther ? ["the end is \(trial.picture), not \(picture ?? [])"] : [])
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
