extension RecordedFact {
    /// Seconds from `other` to this fact by the monotonic clock; never negative, for a reboot sets that clock back.
    public func seconds(since other: RecordedFact) -> Double {
        monoNs > other.monoNs ? Double(monoNs - other.monoNs) / 1e9 : 0
    }

    /// The signal by which the user asked for the end of the run.
    var interruptedBy: String? {
        if case .runInterrupted(let body) = event { body.signal } else { nil }
    }

    var runEndBody: RunFinished? {
        if case .runFinished(let body) = event { body } else { nil }
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
        return own.last?.seconds(since: start) ?? 0
    }

    /// What the run recorded itself, for the facts of one run.
    public var own: ArraySlice<RecordedFact> {
        guard let end = firstIndex(where: { $0.runEndBody != nil }) else { return self[...] }
        guard self[end].runEndBody?.settledBy != nil else { return self[...end] }
        var own = self[..<end]
        while let last = own.last {
            // The move that follows from an outcome that was looked up was recorded with it.
            let isConsequence = own.dropLast().last?.isLookedUp == true && last.isMove
            guard last.isLookedUp || last.isCutOff || isConsequence else { break }
            own = own.dropLast()
        }
        return own
    }

    /// The services in the order of the run's definition; after them others that were excluded, and those in the order of their
    /// first fact.
    public var serviceNames: [String] {
        var seen: Set<String> = []
        let start = runStart?.body
        let named = (start?.services.map(\.name) ?? []) + (start?.excluded ?? [])
        return (named + compactMap(\.service)).filter { seen.insert($0).inserted }
    }
}

extension RecordedFact {
    /// What became of a step was found out afterwards.
    fileprivate var isLookedUp: Bool {
        switch event {
        case .stepSucceeded(let body): body.resolved != nil
        case .stepFailed(let body): body.resolved != nil
        default: false
        }
    }

    fileprivate var isMove: Bool { if case .stateChanged = event { true } else { false } }

    fileprivate var isCutOff: Bool {
        if case .stateChanged(let change) = event { change.trigger == .interrupted } else { false }
    }
}
