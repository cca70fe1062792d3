/// One run as `history` shows it, folded from its facts.
public struct RunSummary: Sendable, Equatable {
    /// How the run stands. The raw values are part of the contract.
    public enum Outcome: String, Sendable, CaseIterable {
        case succeeded, failed, interrupted, crashed, running
    }

    public var run: Int
    public var command: String
    public var arguments: [String]
    public var group: String
    /// RFC 3339, UTC.
    public var startedAt: String
    /// `nil` while it runs, and for a killed run that nobody has settled yet.
    public var finishedAt: String?
    public var outcome: Outcome
    /// Monotonic, from the run's start to the last thing it recorded itself.
    public var seconds: Double
    /// In the order of the definition.
    public var services: [ServiceResult]
    /// What went wrong besides services.
    public var error: String?
    /// What the user was told to do about that.
    public var next: String?
    public var signal: String?
    /// The run that found this one killed.
    public var settledBy: Int?

    /// Folds the facts of one run.
    ///
    /// - Parameter isAtWork: whether a living process is at it; only then can a run without an end be a running one.
    /// - Returns: `nil` when the facts hold no `run.started`.
    public init?(_ facts: [RecordedFact], isAtWork: Bool) {
        guard let (first, started) = facts.runStart else { return nil }
        // A run begins by settling what killed ones left, in their names.
        let facts = facts.filter { $0.run == first.run }
        run = first.run
        command = started.command
        arguments = started.arguments
        group = started.group
        startedAt = first.at
        signal = facts.lazy.compactMap(\.interruptedBy).first
        outcome = isAtWork ? .running : signal == nil ? .crashed : .interrupted
        if let (end, finished) = facts.runEnd {
            // Settled by a later run, perhaps days after: it ended, as far as is known, with the last thing it recorded itself.
            finishedAt = finished.settledBy == nil ? end.at : facts.own.last?.at ?? end.at
            outcome = Outcome(finished.outcome)
            error = finished.error
            next = finished.next
            signal = finished.signal
            settledBy = finished.settledBy
        }
        seconds = facts.ownSeconds
        services = ServiceResult.all(in: facts, command: started.command, isOver: outcome != .running)
    }
}

extension RunSummary.Outcome {
    public init(_ outcome: RunOutcome) {
        switch outcome {
        case .succeeded: self = .succeeded
        case .failed: self = .failed
        case .interrupted: self = .interrupted
        case .crashed: self = .crashed
        }
    }
}
