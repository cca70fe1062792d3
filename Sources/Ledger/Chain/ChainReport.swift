/// What a full check of a ledger found.
public struct ChainReport: Sendable, Equatable {
    /// How an event fails to be the next link.
    public enum Flaw: Sendable, Equatable {
        /// Events before it are missing: its seq should have been this one.
        case gap(expected: Int)
        /// It does not name the hash of the event before.
        case previousHash
        /// Its content is not what was hashed.
        case hash
        /// Its row, or what stands in its place, can't be read.
        case unreadable
        /// It and all after it are gone; the newest that is known to have been written was `known`.
        case lost(known: Int)

        /// In words, for "event 7 is the first bad one: …".
        public var words: String {
            switch self {
            case .gap(let expected): "event \(expected) should stand here; it is missing"
            case .previousHash: "it does not name the hash of the event before it"
            case .hash: "its content is not what was hashed"
            case .lost(let known): "it is gone, and so is what came after it; \(known) were written"
            case .unreadable: "the file is damaged where it stands"
            }
        }
    }

    /// The first event at which the chain is broken.
    public struct Fault: Sendable, Equatable {
        public let seq: Int
        public let flaw: Flaw
    }

    /// The events that were checked; those after a fault are not.
    public internal(set) var events = 0
    /// The last good event.
    public internal(set) var head: ChainHead?
    public internal(set) var fault: Fault?
    /// What `PRAGMA quick_check` says, empty when all is well.
    public internal(set) var damage: [String] = []
    /// Rows in which a projection differs from what the events add up to, such as `runs: run 7`.
    public internal(set) var projectionDifferences: [String] = []
    /// Tables, indexes, triggers and views that are missing, changed or foreign.
    public internal(set) var schemaDifferences: [SchemaDifference] = []

    /// Whether nothing is wrong at all.
    public var isSound: Bool {
        fault == nil && damage.isEmpty && projectionDifferences.isEmpty && schemaDifferences.allSatisfy(\.isHarmless)
    }
}
