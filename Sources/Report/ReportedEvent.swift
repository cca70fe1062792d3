import Reconciler

/// One line of the list of events.
struct ReportedEvent: Sendable {
    /// What the filters tell apart.
    enum Kind: Int, Sendable, CaseIterable {
        case run, state, step, hook, ping, context, container, note

        var word: String {
            switch self {
            case .run: "run"
            case .state: "state"
            case .step: "step"
            case .hook: "hook"
            case .ping: "ping"
            case .context: "context"
            case .container: "container"
            case .note: "note"
            }
        }
    }

    var line: TimelineLine
    var kind: Kind
    /// `quiet` for what is neither good nor bad news.
    var standing: ShownState.Standing

    static func all(in facts: [RecordedFact]) -> [ReportedEvent] {
        zip(facts, timeline(facts)).map { fact, line in
            ReportedEvent(line: line, kind: Kind(fact.event), standing: fact.event.standing)
        }
    }
}

extension ReportedEvent.Kind {
    init(_ event: Event) {
        switch event {
        case .runStarted, .engineReached, .runInterrupted, .runFinished: self = .run
        case .stateChanged: self = .state
        case .stepIntended, .stepSucceeded, .stepFailed, .stepUnknown: self = .step
        case .hookStarted, .hookFinished: self = .hook
        case .pingChanged: self = .ping
        case .contextWritten, .contextCleared: self = .context
        case .containerExited, .logsCaptured, .divergenceFound, .volumesKept: self = .container
        case .noteTaken, .ledgerSetAside: self = .note
        }
    }
}

extension Event {
    fileprivate var standing: ShownState.Standing {
        switch self {
        case .stateChanged(let change):
            switch change.to {
            case .failed: .bad
            case .blocked, .interrupted: .warn
            case .running: .good
            default: .quiet
            }
        case .stepFailed(let step): step.resolved == nil ? .bad : .warn
        case .stepUnknown, .runInterrupted: .warn
        case .hookFinished(let hook): hook.outcome == .succeeded ? .quiet : .bad
        // As a stop ends it: who did not want that is told by a failure.
        case .containerExited(let exit):
            exit.running || [nil, 0, 130, 137, 143].contains(exit.exitCode) && !exit.oomKilled ? .quiet : .bad
        case .runFinished(let finished): ShownState(RunSummary.Outcome(finished.outcome)).standing
        default: .quiet
        }
    }
}
