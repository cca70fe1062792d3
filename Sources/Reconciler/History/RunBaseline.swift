/// How long each part of a run took beside earlier runs of the same command that worked: the last of them, and their median.
public struct RunBaseline: Sendable, Equatable {
    /// One duration in seconds; `nil` where it was not done.
    public struct Measure: Sendable, Equatable {
        /// `readyName`, or a phase by its name in the chart.
        public var name: String
        public var now: Double?
        public var last: Double?
        /// The median of the earlier runs in which it was done.
        public var usual: Double?
        /// A failure or the end of the run ended it, so that `now` is not what it would have taken.
        public var isCutShort = false

        public static let readyName = "ready in"

        /// Whether it took so much longer or shorter than usual that it is more than chance.
        public var isNotable: Bool {
            guard !isCutShort else { return true }
            return RunComparison.Timing(name: name, from: usual, to: now).isNotable
        }

        /// How much longer than usual it took, if that is worth a word.
        public var excess: Double? {
            guard !isCutShort, let now, let usual, now > usual, isNotable else { return nil }
            return now - usual
        }
    }

    public struct Service: Sendable, Equatable {
        public var service: String
        /// How long it was worked on until it ran; waiting for others is not counted.
        public var ready: Measure
        /// In the order of a start; only those that were done in one of the runs.
        public var phases: [Measure]

        /// Whether anything of its own was not as usual: how long it waited is the doing of those it waited for.
        public var isNotable: Bool { ready.isNotable || work.contains(where: \.isNotable) }

        public var work: [Measure] { phases.filter { $0.name != ServicePhases.Kind.waiting.rawValue } }
    }

    /// The newest of the earlier runs.
    public var last: Int
    /// That run's definition, by its hash.
    public var lastDefinition: String?
    /// How many runs the medians are of.
    public var count: Int
    /// The whole run; `nil` where no earlier run had all the services to work on that this one had.
    public var took: Measure?
    /// Those this run worked on and that nothing blocked, in the order of the definition.
    public var services: [Service]

    /// More runs than these say nothing more of what is usual.
    public static let runLimit = 9
    /// All that is read of the earlier runs.
    public static let eventTypes = [RunStarted.type, RunFinished.type, StateChanged.type]

    /// - Parameters:
    ///   - facts: those of the run.
    ///   - earlier: those of runs before it. A run counts only if its `run.finished` is among them, and then all its events of
    ///     `eventTypes` must be.
    /// - Returns: `nil` when no earlier run is comparable.
    public init?(_ facts: [RecordedFact], earlier: [RecordedFact], isAtWork: Bool = false) {
        guard let start = facts.runStart?.fact else { return nil }
        let own = facts.filter { $0.run == start.run }
        let runs = Dictionary(grouping: earlier.filter { $0.run < start.run }, by: \.run).sorted { $0.key > $1.key }
            .map(\.value).filter { Self.isComparable($0, to: own) }.prefix(Self.runLimit).map { RunTimes($0) }
        guard let newest = runs.first else { return nil }
        let now = RunTimes(own, isAtWork: isAtWork)
        last = newest.run
        lastDefinition = newest.definition
        count = runs.count
        let whole = runs.filter { now.services.keys.allSatisfy($0.services.keys.contains) }
        took =
            whole.isEmpty
            ? nil
            : Measure(
                name: "took", now: now.seconds, last: whole.first { $0.run == newest.run }?.seconds, usual: median(whole.map(\.seconds)))
        services = own.serviceNames.compactMap { name in
            guard let mine = now.services[name], !mine.isBlocked else { return nil }
            let others = runs.compactMap { $0.services[name] }
            guard !others.isEmpty else { return nil }
            let previous = newest.services[name]
            let ready = Measure(
                name: Measure.readyName, now: mine.ready, last: previous?.ready, usual: median(others.compactMap(\.ready)))
            let phases = ServicePhases.Kind.allCases.compactMap { kind -> Measure? in
                let usual = median(others.compactMap { $0.phases[kind] })
                guard mine.phases[kind] != nil || previous?.phases[kind] != nil || usual != nil else { return nil }
                // What comes after a failure was of course not done.
                if mine.phases[kind] == nil, mine.cutShort != nil { return nil }
                return Measure(
                    name: kind.rawValue, now: mine.phases[kind], last: previous?.phases[kind], usual: usual,
                    isCutShort: mine.cutShort == kind)
            }
            return Service(service: name, ready: ready, phases: phases)
        }
    }

    /// Whether an earlier run says something of how long this one should have taken: of the same command, succeeded, and at
    /// work on one of the same services. A start that found all running says nothing.
    public static func isComparable(_ earlier: [RecordedFact], to facts: [RecordedFact]) -> Bool {
        guard let then = earlier.runStart?.body, let now = facts.runStart?.body, then.command == now.command,
            earlier.runEnd?.body.outcome == .succeeded
        else { return false }
        return !earlier.workedOn.isDisjoint(with: facts.workedOn)
    }
}

/// The times of one run, by service.
private struct RunTimes {
    struct Part {
        var ready: Double?
        var phases: [ServicePhases.Kind: Double] = [:]
        /// The phase in which it failed or was cut off.
        var cutShort: ServicePhases.Kind?
        /// It waited in vain, and its times are those of what it waited for.
        var isBlocked = false
    }

    var run: Int
    var definition: String?
    var seconds: Double
    var services: [String: Part] = [:]

    init(_ facts: [RecordedFact], isAtWork: Bool = false) {
        run = facts.first?.run ?? 0
        definition = facts.runStart?.body.definition
        seconds = facts.ownSeconds
        let results = RunSummary(facts, isAtWork: isAtWork)?.services ?? []
        let touched = facts.workedOn
        let worked = Dictionary(results.map { ($0.service, $0) }, uniquingKeysWith: { first, _ in first })
        for phases in ServicePhases.all(in: facts) where touched.contains(phases.service) {
            var part = Part()
            if phases.readyAt != nil, phases.endedAt == nil { part.ready = worked[phases.service]?.seconds }
            part.isBlocked = worked[phases.service]?.outcome == .blocked
            for stretch in phases.stretches where stretch.kind != .running {
                // Between two steps there is always a moment.
                if stretch.kind == .waiting, stretch.waitsFor.isEmpty { continue }
                part.phases[stretch.kind, default: 0] += stretch.seconds
                if stretch.to == phases.endedAt { part.cutShort = stretch.kind }
            }
            services[phases.service] = part
        }
    }
}

/// The middle one, or the mean of the middle two; `nil` of none.
func median(_ values: [Double]) -> Double? {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return nil }
    let half = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half]
}

extension [RecordedFact] {
    /// The services something was done to, rather than found running or kept waiting.
    fileprivate var workedOn: Set<String> {
        reduce(into: []) { services, fact in
            if let service = fact.service, case .stateChanged(let change) = fact.event, change.to.isWorkedOn { services.insert(service) }
        }
    }
}
