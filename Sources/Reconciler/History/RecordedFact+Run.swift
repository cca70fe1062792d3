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

    /// The services in the order of the run's definition, and after them others in the order of their first fact.
    public var serviceNames: [String] {
        var seen: Set<String> = []
        let defined = runStart?.body.services.map(\.name) ?? []
        return (defined + compactMap(\.service)).filter { seen.insert($0).inserted }
    }
}
