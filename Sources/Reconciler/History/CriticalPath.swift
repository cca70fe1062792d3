/// The chain of services whose times added up to the time of a start.
public struct CriticalPath: Sendable, Equatable {
    public struct Leg: Sendable, Equatable {
        public var service: String
        /// From the moment its last dependency ran (or the run began) until it ran itself.
        public var seconds: Double
        /// The events between these, the first not included, are the service's part of the path.
        var after: Int
        var through: Int
    }

    /// Dependencies before dependents, the last one perhaps one that failed; empty when nothing was started.
    public var legs: [Leg]

    /// Walks back from the service that ran or failed last, each time to the one it waited for that ran last.
    public init(_ facts: [RecordedFact]) {
        legs = []
        guard let (start, body) = facts.runStart else { return }
        let awaited = AwaitedServices(body.services, facts.lazy.filter { $0.run == start.run })
        var ready: [String: RecordedFact] = [:]
        var ended: [String: RecordedFact] = [:]
        for fact in facts {
            guard fact.run == start.run, let service = fact.service, case .stateChanged(let change) = fact.event else { continue }
            if change.to == .running {
                ready[service] = change.trigger == .foundRunning ? nil : fact
                ended[service] = ready[service]
            } else if change.trigger == .failed {
                ended[service] = fact
            }
        }
        func later(_ left: String, _ right: String) -> Bool {
            guard let left = ended[left], let right = ended[right] else { return false }
            return (left.monoNs, left.seq) < (right.monoNs, right.seq)
        }
        var next = ended.keys.max(by: later)
        var seen: Set<String> = []
        while let service = next, let end = ended[service], seen.insert(service).inserted {
            let before = awaited.of(service).filter { ready[$0] != nil }.max(by: later)
            let begin = before.flatMap { ready[$0] } ?? start
            legs.append(Leg(service: service, seconds: end.seconds(since: begin), after: begin.seq, through: end.seq))
            next = before
        }
        legs.reverse()
    }

    /// Whether an event of these facts is on the path: had it come later, the whole start would have ended later.
    public func contains(_ fact: RecordedFact) -> Bool {
        legs.contains { $0.service == fact.service && $0.after < fact.seq && fact.seq <= $0.through }
    }
}
