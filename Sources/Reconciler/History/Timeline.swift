/// One line of a run's story: when, who, what, and a remark beside it.
public struct TimelineLine: Sendable, Equatable {
    public var seq: Int
    /// Seconds since the run's start.
    public var seconds: Double
    /// `nil` for what concerns the run as a whole.
    public var service: String?
    public var text: String
    /// Cause, evidence or duration; empty when there is nothing to add.
    public var remark: String

    public init(_ fact: RecordedFact, since start: RecordedFact) {
        seq = fact.seq
        seconds = fact.seconds(since: start)
        service = fact.service
        (text, remark) = fact.words
    }
}

/// A run's story, one line an event, oldest first; secrets masked.
public func timeline(_ facts: [RecordedFact]) -> [TimelineLine] {
    guard let start = facts.runStart?.fact ?? facts.first else { return [] }
    var causes: [String?: String] = [:]
    return facts.map { fact in
        var line = TimelineLine(fact, since: start)
        guard let cause = fact.cause, !cause.isEmpty else { return line }
        // One cause often leads to many steps: it is told once, until there is another.
        if causes.updateValue(cause, forKey: fact.service) == cause, line.remark.hasPrefix(cause) {
            line.remark = String(line.remark.dropFirst(cause.count).drop { $0 == "," || $0 == " " })
        }
        return line
    }
}
