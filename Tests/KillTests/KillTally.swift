import Testing

/// What came of killing at one point, or at many.
struct KillTally: Sendable {
    /// Trials in which all died that should.
    var points = 0
    /// Processes that were run.
    var runs = 0
    var violations: [String] = []

    static func + (left: KillTally, right: KillTally) -> KillTally {
        KillTally(points: left.points + right.points, runs: left.runs + right.runs, violations: left.violations + right.violations)
    }

    /// Says how much was tried, and fails for what was wrong.
    func report(_ name: String) {
        print("\(name): \(points) fault points, \(runs) runs, \(violations.count) violations")
        #expect(violations.isEmpty, "\(violations.prefix(5).joined(separator: "\n"))")
    }
}
