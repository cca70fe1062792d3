import Reconciler

/// A place in a run where the wall clock moved and the work did not: somebody set it, or the machine slept.
struct ClockStep: Equatable {
    /// The last event before it.
    var after: Int
    /// How far it went on, in seconds beyond those that were worked; negative when it was set back.
    var seconds: Double

    /// Less is the daily correction of a clock.
    private static let least = 2.0

    /// The steps within one run, by its own events: what a later run settled in its name has that one's clock.
    static func all(in facts: [RecordedFact]) -> [ClockStep] {
        zip(facts.own, facts.own.dropFirst()).compactMap { earlier, later in
            guard let before = wallClock(earlier.at), let after = wallClock(later.at) else { return nil }
            let step = after - before - Double(later.monoNs - earlier.monoNs) / 1e9
            return abs(step) < least ? nil : ClockStep(after: earlier.seq, seconds: step)
        }
    }

    var words: String {
        seconds < 0
            ? "! the clock was set back by \(durationWords(-seconds)) after event \(after); the times here are those that passed"
            : "! the clock went on by \(durationWords(seconds)) after event \(after) while nothing was done: it was set, or the machine slept"
    }
}

/// Seconds on the wall clock since 1970.
private func wallClock(_ at: String) -> Double? {
    guard let minute = CivilTime(utc: at)?.epoch, let seconds = at.dropLast().split(separator: ":").last.flatMap({ Double($0) }) else {
        return nil
    }
    return Double(minute) + seconds
}

extension [RunSummary] {
    /// For runs that began before one that was before them, so that a list by number does not go by time.
    var clockWords: [String] {
        let inOrder = sorted { $0.run < $1.run }
        return zip(inOrder, inOrder.dropFirst()).filter { $0.startedAt > $1.startedAt }.map {
            "! the clock was set back between run \($0.run) and run \($1.run): runs stand in the order in which they were made"
        }
    }
}
