public import Reconciler

/// One run as one HTML page, from its facts alone.
///
/// The page asks nothing of any network. It is read without script as well: verdict, causes with their log lines, timeline,
/// comparison, graph, services and context are markup; the script adds the list of events, the logs of all services, filters and keys.
public struct RunReport: Sendable {
    let content: ReportContent

    /// - Parameters:
    ///   - facts: those of the run.
    ///   - earlier: those of runs before it, in the order of the ledger; of them `run.started`, `step.intended`,
    ///     `service.state_changed`, `run.finished`, `context.written` and `context.cleared` are read. A run of which
    ///     `run.finished` is given must be given with all of its `RunBaseline.eventTypes`: durations are compared with it.
    ///   - isAtWork: whether a living process is at this run.
    /// - Returns: `nil` when the facts hold no `run.started`.
    public init?(_ facts: [RecordedFact], earlier: [RecordedFact] = [], isAtWork: Bool = false) {
        guard let content = ReportContent(facts, earlier: earlier, isAtWork: isAtWork) else { return nil }
        self.content = content
    }

    /// The page, UTF-8. Secrets are masked, and nothing of others can leave its place in it.
    public var html: String { Page(content: content).text }
}
