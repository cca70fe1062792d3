import Ledger

extension Trial {
    /// All that the next process finds, and what its hooks are like.
    struct Remains: Equatable {
        fileprivate var events: [RecordedEvent]
        fileprivate var engine: String
        fileprivate var marks: String
        fileprivate var hooks: String
    }

    var remains: Remains {
        Remains(events: ledger.events, engine: engine.picture, marks: ledger.marks.picture, hooks: group.picture)
    }
}
