public import Reconciler

/// Sees a run as it happens.
public protocol RunObserver: Sendable {
    /// An event is durable.
    func recorded(_ fact: RecordedFact)
    /// Something passing that the ledger does not keep, e.g. the progress of a pull.
    func remark(service: String?, _ text: String)
}
