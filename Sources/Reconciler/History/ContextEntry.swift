/// One write to the context, with its writer; the value of a secret is masked.
public struct ContextEntry: Sendable, Equatable {
    public var key: String
    public var value: ContextValue
    public var isSecret: Bool
    /// `nil` for a hook of the group.
    public var service: String?
    public var hook: HookName?
    public var run: Int
    public var seq: Int
    /// Seconds since the start of its run; `nil` when the facts do not hold that.
    public var seconds: Double?
    /// Whether the context still held this value after the last of the facts.
    public var isCurrent: Bool

    /// Every write among `facts`, by key and then oldest first. Facts of several runs must be in the order of the ledger.
    public static func all(in facts: [RecordedFact]) -> [ContextEntry] {
        var starts: [Int: RecordedFact] = [:]
        var entries: [ContextEntry] = []
        var newest: [String: Int] = [:]
        for fact in facts {
            switch fact.event {
            case .runStarted: starts[fact.run] = starts[fact.run] ?? fact
            case .contextCleared:
                for index in newest.values { entries[index].isCurrent = false }
                newest = [:]
            case .contextWritten:
                guard case .contextWritten(let body) = fact.masked.event else { continue }
                if let replaced = newest.updateValue(entries.count, forKey: body.key) { entries[replaced].isCurrent = false }
                entries.append(
                    ContextEntry(
                        key: body.key, value: body.value, isSecret: body.secret, service: fact.service, hook: body.hook, run: fact.run,
                        seq: fact.seq, seconds: starts[fact.run].map { fact.seconds(since: $0) }, isCurrent: true))
            default: break
            }
        }
        return entries.sorted { ($0.key, $0.seq) < ($1.key, $1.seq) }
    }
}
