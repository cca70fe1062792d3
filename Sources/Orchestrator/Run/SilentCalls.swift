import Reconciler

/// Tells of the engine's calls that are answered within moments as a rule, and are not: whoever waits, or has interrupted the
/// run, learns for which. Each is told of once, 5 to 10 seconds after it was made. Goes on until it is cancelled.
func tellOfSilentCalls(_ journal: Journal, _ clock: RunClock) async {
    var open: Set<String> = []
    var told: Set<String> = []
    while (try? await clock.sleep(5)) != nil {
        let calls = journal.state.openIntents.values.filter { $0.run == journal.run && $0.intent.step.isAnsweredSoon }
        for call in calls where open.contains(call.operation) && told.insert(call.operation).inserted {
            // Not of the service: what is said of one is said only now and then.
            journal.remark(nil, "the engine has not answered \(call.intent.step.rawValue) \(call.intent.target) yet; waiting for it")
        }
        open = Set(calls.map(\.operation))
    }
}

extension StepKind {
    /// Whether the engine needs no time for it that hangs on others: a registry, a program that ends, a build.
    fileprivate var isAnsweredSoon: Bool {
        switch self {
        case .createNetwork, .createContainer, .renameContainer, .startContainer, .unpauseContainer, .removeContainer, .removeNetwork,
            .removeVolume:
            true
        case .pullImage, .buildImage, .stopContainer, .execInContainer, .preStart, .ping, .postStart, .preStop, .reconsider: false
        }
    }
}
