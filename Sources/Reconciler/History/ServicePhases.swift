/// What one service went through in one run, as stretches of time: a row of the run's Gantt chart.
public struct ServicePhases: Sendable, Equatable {
    /// What a stretch was spent on. The raw values are names people know from the hooks and steps.
    public enum Kind: String, Sendable, CaseIterable {
        /// For its dependencies, or for its turn.
        case waiting
        case pull, build
        case preStart = "pre_start"
        case create, start, ping
        case postStart = "post_start"
        case running, stop, remove
    }

    public struct Stretch: Sendable, Equatable {
        public var kind: Kind
        /// Seconds since the run's start.
        public var from: Double
        public var to: Double
        /// For `waiting`: those it needs that were not ready, also behind one that was left alone; the one that took longest last.
        public var waitsFor: [String]

        public var seconds: Double { to - from }
    }

    /// A ping that answered otherwise than the one before it.
    public struct Answer: Sendable, Equatable {
        /// Seconds since the run's start.
        public var at: Double
        public var succeeded: Bool
        public var words: String
    }

    public var service: String
    /// Oldest first; they do not overlap, and none is empty.
    public var stretches: [Stretch]
    public var answers: [Answer]
    /// Seconds since the run's start at which it ran and its dependents might start; `nil` when it never did.
    public var readyAt: Double?
    /// Seconds since the run's start at which it failed, was blocked or was cut off, and did not recover.
    public var endedAt: Double?

    /// One for each service that has a part in the run, in the order of the definition.
    /// - Parameter facts: those of one run.
    public static func all(in facts: [RecordedFact]) -> [ServicePhases] {
        guard let (start, body) = facts.runStart else { return [] }
        let own = facts.filter { $0.run == start.run }
        let end = own.ownSeconds
        var trails: [String: PhaseTrail] = [:]
        for fact in own {
            guard let service = fact.service else { continue }
            trails[service, default: PhaseTrail()].follow(fact, at: min(fact.seconds(since: start), end))
        }
        let awaited = AwaitedServices(body.services, own)
        let ready = trails.mapValues(\.readyAt)
        return own.serviceNames.compactMap { service in
            guard let trail = trails[service], trail.hasMoved else { return nil }
            return trail.phases(of: service, until: end) { stretch in
                awaited.of(service).filter { dependency in
                    guard let at = ready[dependency] ?? nil else { return stretch.isCutShort }
                    return at > stretch.from && at <= stretch.to
                }.sorted { (ready[$0] ?? nil) ?? .infinity < (ready[$1] ?? nil) ?? .infinity }
            }
        }
    }
}

/// The fold behind `ServicePhases`.
private struct PhaseTrail {
    struct Span {
        var phase: ServicePhase
        var from: Double
        var to: Double
        /// It ended in a failure, a block or with the run, not because it was over.
        var isCutShort: Bool
    }

    private var spans: [Span] = []
    private var answers: [ServicePhases.Answer] = []
    private var phase: ServicePhase?
    private var since = 0.0
    private(set) var readyAt: Double?
    private var endedAt: Double?

    var hasMoved: Bool { phase != nil }

    mutating func follow(_ fact: RecordedFact, at seconds: Double) {
        switch fact.event {
        case .stateChanged(let change):
            close(change.from, at: seconds, isCutShort: change.to.isGivenUp)
            phase = change.to
            if change.to == .running {
                readyAt = readyAt ?? seconds
                endedAt = nil
            } else if change.to.isGivenUp, change.trigger != .excluded {
                endedAt = endedAt ?? seconds
            }
        case .pingChanged(let ping):
            answers.append(
                ServicePhases.Answer(at: seconds, succeeded: ping.succeeded, words: ping.succeeded ? "true" : ping.error ?? "false"))
        default: break
        }
    }

    private mutating func close(_ left: ServicePhase, at seconds: Double, isCutShort: Bool) {
        if seconds > since { spans.append(Span(phase: phase ?? left, from: since, to: seconds, isCutShort: isCutShort)) }
        since = seconds
    }

    func phases(of service: String, until end: Double, waitsFor: (Span) -> [String]) -> ServicePhases {
        var whole = self
        if let phase { whole.close(phase, at: end, isCutShort: true) }
        var stretches: [ServicePhases.Stretch] = []
        for span in whole.spans {
            guard let kind = ServicePhases.Kind(span.phase) else { continue }
            let awaited = kind == .waiting ? waitsFor(span) : []
            if let last = stretches.last, last.kind == kind, last.to == span.from, last.waitsFor == awaited {
                stretches[stretches.count - 1].to = span.to
            } else {
                stretches.append(ServicePhases.Stretch(kind: kind, from: span.from, to: span.to, waitsFor: awaited))
            }
        }
        return ServicePhases(service: service, stretches: stretches, answers: answers, readyAt: readyAt, endedAt: endedAt)
    }
}

extension ServicePhases.Kind {
    /// `nil` for the phases in which nothing is under way and nothing runs.
    init?(_ phase: ServicePhase) {
        switch phase {
        case .waiting, .prepared, .created: self = .waiting
        case .pulling: self = .pull
        case .building: self = .build
        case .preparing: self = .preStart
        case .creating: self = .create
        case .starting: self = .start
        case .pinging: self = .ping
        case .priming: self = .postStart
        case .running: self = .running
        case .stopping: self = .stop
        case .removing: self = .remove
        case .absent, .stopped, .failed, .blocked, .excluded, .interrupted: return nil
        }
    }
}

extension ServicePhase {
    /// The service will not come to run by itself.
    fileprivate var isGivenUp: Bool {
        switch self {
        case .failed, .blocked, .interrupted: true
        default: false
        }
    }
}
