import FoundationEssentials
package import Ledger
package import Reconciler

/// A ledger folded: from the newest snapshot on, where there is one.
package struct Replay: Sendable {
    /// What the events come to.
    package private(set) var state = GroupState()
    /// The newest event in it; 0 for none.
    package private(set) var seq = 0
    /// How many events had to be read.
    package private(set) var length = 0
    /// The newest event of the snapshot it began with; 0 for none.
    package var first: Int { seq - length }

    /// A start leaves a snapshot when it had to read more than this.
    static let longest = 1_000

    /// - Parameter usesSnapshots: `false` reads everything.
    package init(_ reader: LedgerReader, usesSnapshots: Bool = true) throws {
        var first = 0
        if usesSnapshots, let snapshot = try reader.snapshot(version: GroupState.foldVersion), let kept = Self.state(snapshot) {
            state = kept
            first = snapshot.seq
        }
        seq = try reader.fold(into: &state, after: first) { (state, row) in try state.add(row) }
        length = seq - first
    }

    /// The state as a snapshot keeps it.
    func snapshot() throws -> Snapshot {
        Snapshot(upTo: seq, body: try Self.text(of: state))
    }

    static func state(_ snapshot: Snapshot) -> GroupState? {
        try? JSONDecoder().decode(GroupState.self, from: Data(snapshot.body.utf8))
    }

    static func text(of state: GroupState) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(state), as: UTF8.self)
    }
}

extension GroupState {
    /// Adds one row: straight from its bytes where they are of the usual form.
    fileprivate mutating func add(_ row: EventRow) throws {
        let isDone = try replay(
            seq: row.seq, run: row.run, type: row.type, version: row.version, service: row.service, operation: row.operation, body: row.body
        )
        guard !isDone, let fact = try EventCoding.fact(of: row.recorded()) else { return }
        try apply(fact)
    }
}
