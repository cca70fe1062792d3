/// How an object of the schema is not as the migrations make it.
public struct SchemaDifference: Sendable, Equatable {
    enum Kind: Sendable { case missing, changed, foreign }

    /// Its type and name: `view runs`.
    let name: String
    let kind: Kind

    /// Whether it can be made anew without loss: what it holds follows from the events. What is foreign is somebody's.
    public var canBeRemade: Bool { kind != .foreign && name != "table events" && name != "table migrations" }

    /// Whether it changes nothing of what miniboss writes and reads; a trigger that is not ours may.
    public var isHarmless: Bool { kind == .foreign && !isForeignTrigger }

    private var isForeignTrigger: Bool { kind == .foreign && name.hasPrefix("trigger ") }

    /// What to do about it.
    func mend(_ path: String) -> String {
        if canBeRemade { return LedgerError.remake }
        return isForeignTrigger ? "If it is yours, `DROP \(name)` takes it away. \(LedgerError.mend(path))" : LedgerError.mend(path)
    }

    /// `view runs is missing`.
    public var words: String {
        switch kind {
        case .missing: "\(name) is missing"
        case .changed: "\(name) is not as its migration made it"
        case .foreign: "\(name) is not ours"
        }
    }
}
