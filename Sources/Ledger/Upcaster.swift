/// Turns bodies of old shapes into the newest one when they are read; the ledger itself is never rewritten.
///
/// One function for each step from a version to the next. A chain is followed as far as it goes, so folds know only
/// the newest shape, and types without a function pass unchanged.
public struct Upcaster: Sendable {
    /// A body of one version in, the body of the next version out; both JSON text.
    public typealias Step = @Sendable (_ body: String) throws -> String

    private struct Key: Hashable {
        let type: String
        let version: Int
    }

    private var steps: [Key: Step] = [:]

    public init() {}

    /// Registers the step from `version` to `version + 1` for events of `type`; the last one registered counts.
    public mutating func register(_ type: String, from version: Int, _ step: @escaping Step) {
        steps[Key(type: type, version: version)] = step
    }

    /// The event in its newest shape.
    ///
    /// - Throws: `LedgerError` with `.undecodable` naming the event when a step fails. An unknown type is no error.
    public func apply(_ event: RecordedEvent) throws(LedgerError) -> RecordedEvent {
        var version = event.version
        var body = event.body
        while let step = steps[Key(type: event.type, version: version)] {
            do {
                body = try step(body)
            } catch {
                throw LedgerError(
                    .undecodable(seq: event.seq),
                    "event \(event.seq) (\(event.type), version \(version)) can't be read as version \(version + 1): "
                        + "\(error). Its row is untouched; see it with `select * from events where seq = \(event.seq)`.")
            }
            version += 1
        }
        guard version != event.version else { return event }
        return RecordedEvent(
            seq: event.seq, run: event.run, at: event.at, monoNs: event.monoNs, service: event.service,
            type: event.type, version: version, body: body, operation: event.operation,
            previousHash: event.previousHash, hash: event.hash)
    }
}
