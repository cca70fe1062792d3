extension RecordedFact {
    /// Seconds from `other` to this fact by the monotonic clock; never negative, for a reboot sets that clock back.
    public func seconds(since other: RecordedFact) -> Double {
        monoNs > other.monoNs ? Double(monoNs - other.monoNs) / 1e9 : 0
    }
}

extension [RecordedFact] {
    /// The `run.started` among the facts of one run.
    public var runStart: (fact: RecordedFact, body: RunStarted)? {
        for fact in self {
            if case .runStarted(let body) = fact.event { return (fact, body) }
        }
        return nil
    }

    /// The first `run.finished`: a run that has ended stays ended.
    public var runEnd: (fact: RecordedFact, body: RunFinished)? {
        for fact in self {
            if case .runFinished(let body) = fact.event { return (fact, body) }
        }
        return nil
    }

    /// Seconds from the run's start to the last thing it recorded itself, for the facts of one run.
    ///
    /// What a later run settled in its name, perhaps days after, is not counted.
    public var ownSeconds: Double {
        guard let start = runStart?.fact else { return 0 }
        let end = firstIndex { $0.runEndBody != nil }
        var own = self[...(end ?? count - 1)]
        if let end, self[end].runEndBody?.settledBy != nil {
            own = own.dropLast()
            while own.last?.isSettling == true { own = own.dropLast() }
        }
        return own.last?.seconds(since: start) ?? 0
    }

    /// The services in the order of the run's definition, and after them others in the order of their first fact.
    public var serviceNames: [String] {
        var seen: Set<String> = []
        let defined = runStart?.body.services.map(\.name) ?? []
        return (defined + compactMap(\.service)).filter { seen.insert($0).inserted }
    }
}

extension RecordedFact {
    /// As a run records it in the name of one that was killed: what became of a step, or that a service was cut off.
    fileprivate var isSettling: Bool {
        switch event {
        case .stepSucceeded(let body): body.resolved != nil
        case .stepFailed(let body): body.resolved != nil
        case .stateChanged(let change): change.trigger == .interrupted
        default: false
        }
    }
}
