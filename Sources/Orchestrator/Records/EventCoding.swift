import FoundationEssentials
package import Ledger
package import Reconciler

/// Typed events to the ledger's text and back.
package enum EventCoding {
    /// Lifts rows of earlier versions; every type is still in its first.
    static let upcaster = Upcaster()

    package static func body(of event: Event) throws -> String {
        try encode(event.body)
    }

    private static func encode(_ body: some EventBody) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(body), as: UTF8.self)
    }

    /// The event a row tells of; `nil` for a type this version does not know, which readers show as it is.
    package static func fact(of row: RecordedEvent) throws(OperationError) -> RecordedFact? {
        guard let type = EventCatalog.body(named: row.type) else { return nil }
        guard row.version <= type.version else {
            throw OperationError(
                .ledger, "event \(row.seq) (\(row.type), version \(row.version)) was written by a newer miniboss",
                next: "Use that version or a newer one.")
        }
        do {
            let event = try decode(type, row.body)
            return RecordedFact(
                seq: row.seq, run: row.run, at: row.at, monoNs: row.monoNs, service: row.service, operation: row.operation, event: event)
        } catch {
            throw OperationError(
                .ledger,
                "event \(row.seq) (\(row.type), version \(row.version)) can't be read: \((error as? DecodingError)?.words ?? "\(error)")",
                next: "`miniboss doctor` checks the ledger.")
        }
    }

    private static func decode(_ type: (some EventBody).Type, _ text: String) throws -> Event {
        try JSONDecoder().decode(type, from: Data(text.utf8)).event
    }
}

extension DecodingError {
    /// What is wrong with a body, without the decoder's own inner words.
    fileprivate var words: String {
        func path(_ context: Context, _ key: (any CodingKey)? = nil) -> String {
            (context.codingPath + [key].compactMap { $0 }).map(\.stringValue).joined(separator: ".")
        }
        return switch self {
        case .keyNotFound(let key, let context): "it has no `\(path(context, key))`"
        case .valueNotFound(_, let context): "its `\(path(context))` is null"
        case .typeMismatch(_, let context) where context.codingPath.isEmpty: "its body is no object"
        case .typeMismatch(_, let context): "its `\(path(context))` is of another kind than it should be"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: "its body is no JSON"
        case .dataCorrupted(let context): "its `\(path(context))` has a value that is not known"
        @unknown default: "its body is not as it should be"
        }
    }
}

extension RecordedFact {
    /// The event a row tells of; `nil` for a type this version does not know.
    package init?(_ row: RecordedEvent) throws(OperationError) {
        guard let fact = try EventCoding.fact(of: row) else { return nil }
        self = fact
    }
}
