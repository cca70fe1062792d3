import Synchronization

/// What came of killing at each point in turn.
struct KillTally: Sendable {
    /// Points at which the process died.
    var points = 0
    var runs = 0
    var violations: [String] = []

    static func + (left: KillTally, right: KillTally) -> KillTally {
        KillTally(points: left.points + right.points, runs: left.runs + right.runs, violations: left.violations + right.violations)
    }
}

/// One trial: how many processes it took, whether the point was there at all, and what was wrong.
struct KillResult: Sendable {
    var runs: Int
    var wasKilled: Bool
    var violations: [String]
}

/// Tries point after point, from `first` on, until the process outlives one.
///
/// - Parameter step: 1 tries them all.
func enumeratePoints(from first: Int = 1, step: Int = 1, _ trial: @escaping @Sendable (Int) throws -> KillResult) async throws -> KillTally {
    let points = Points(from: first, step: step)
    return try await withThrowingTaskGroup(of: KillTally.self) { group in
        for _ in 0..<2 {
            group.addTask {
                var tally = KillTally()
                while let point = points.next() {
                    let result = try trial(point)
                    tally.runs += result.runs
                    tally.violations += result.violations
                    if result.wasKilled { tally.points += 1 } else { points.end(at: point) }
                }
                return tally
            }
        }
        return try await group.reduce(KillTally(), +)
    }
}

/// The points that are still to be tried.
private final class Points: Sendable {
    private struct State {
        var next: Int
        var end = Int.max
    }

    private let state: Mutex<State>
    private let step: Int

    init(from first: Int, step: Int) {
        state = Mutex(State(next: first))
        self.step = step
    }

    func next() -> Int? {
        state.withLock { state in
            guard state.next < state.end else { return nil }
            defer { state.next += step }
            return state.next
        }
    }

    func end(at point: Int) { state.withLock { $0.end = min($0.end, point) } }
}
