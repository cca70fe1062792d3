public import Reconciler

/// How an operation ended.
public struct RunEnd: Sendable {
    public var run: Int
    public var outcome: RunOutcome
    /// The group was as asked for already.
    public var nothingToDo: Bool
    public var seconds: Double
    /// What this run recorded, in order.
    public var facts: [RecordedFact]
    /// The group as the ledger tells it now.
    public var state: GroupState

    public init(
        run: Int, outcome: RunOutcome, nothingToDo: Bool, seconds: Double, facts: [RecordedFact], state: GroupState = GroupState()
    ) {
        self.run = run
        self.outcome = outcome
        self.nothingToDo = nothingToDo
        self.seconds = seconds
        self.facts = facts
        self.state = state
    }
}
