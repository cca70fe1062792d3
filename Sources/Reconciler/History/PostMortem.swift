/// Why a run failed, from its facts and those before it alone: no engine, no container, no definition is asked.
public struct PostMortem: Sendable, Equatable {
    public var run: Int
    public var command: String
    public var group: String
    public var startedAt: String
    public var outcome: RunSummary.Outcome
    /// What happened, in one sentence.
    public var verdict: String
    /// In the order in which they happened, but first those in which the engine did not answer.
    public var failures: [FailureReport]
    public var blocked: [Blocked]
    /// The services that ran when the run ended.
    public var running: [String]
    /// Those of them whose container is not what this run was to bring about, with how they run: "in its old container".
    public var runningOtherwise: [String: String] = [:]
    /// Why the container of a failed service could not be taken away, by service.
    public var leftBehind: [Left] = []
    /// For a run without a failed service: what to do.
    public var next: String?

    /// A service that was not started because another failed.
    public struct Blocked: Sendable, Equatable {
        public var service: String
        /// Its dependency, what that one needs, and so on to what failed.
        public var because: [String]
        /// Its container ran already, and was not ready yet.
        public var isGivenUp = false
    }

    /// - Parameters:
    ///   - facts: those of the run.
    ///   - earlier: those of runs before it; only `run.started`, `step.intended` and `service.state_changed` are read.
    ///   - isAtWork: whether a living process is at this run.
    /// - Returns: `nil` when the facts hold no `run.started`.
    public init?(_ facts: [RecordedFact], earlier: [RecordedFact], isAtWork: Bool = false) {
        guard let (start, body) = facts.runStart else { return nil }
        let facts = facts.filter { $0.run == start.run }
        guard let summary = RunSummary(facts, isAtWork: isAtWork) else { return nil }
        run = start.run
        command = body.command
        group = body.group
        startedAt = start.at
        outcome = summary.outcome
        let lastWorking = WorkingSpecs(earlier, before: start.run)
        let reports = facts.failures.map { service, failure, fact in
            FailureReport(service, failure, at: fact, in: facts, start: body, lastWorking: lastWorking)
        }
        // An engine that goes away takes its containers with it: what became of them is told after that.
        failures = reports.filter(\.isOfEngine) + reports.filter { !$0.isOfEngine }
        blocked = summary.services.filter { $0.outcome == .blocked }.map {
            Blocked(service: $0.service, because: $0.because, isGivenUp: $0.isGivenUp)
        }
        running =
            facts.runEnd?.body.running
            ?? summary.services.filter { [.started, .restarted, .alreadyRunning].contains($0.outcome) }.map(\.service)
        if failures.isEmpty, let unreachable = summary.unreachable {
            var report = FailureReport("", unreachable, at: start, in: [], start: body, lastWorking: lastWorking)
            report.hint = summary.next ?? report.hint
            failures = [report]
        }
        for result in summary.services where running.contains(result.service) {
            runningOtherwise[result.service] = result.otherwiseRunning
        }
        let failed = Set(failures.map(\.service))
        // It runs on, and without what it needs.
        let up = Set(running)
        for member in body.services where up.contains(member.name) && runningOtherwise[member.name] == nil {
            guard let lost = member.dependencies.first(where: { failed.contains($0) && !up.contains($0) }) else { continue }
            runningOtherwise[member.name] = "needs \(lost), which failed"
        }
        leftBehind = facts.refusedRemovals.filter { failed.contains($0.service) }
        verdict = ""
        next = nil
        (verdict, next) = judged(summary, facts: facts, invocation: body.invocation)
    }

    /// Each service that ran, and how, where it is not as this run was to bring about: `web (in its old container)`.
    public var runningWords: [String] {
        running.map { name in name + (runningOtherwise[name].map { " (\($0))" } ?? "") }
    }

    /// The services that failed beside the first one.
    private var companions: String {
        switch failures.count {
        case 1: ""
        case 2...4: "; \(inWords(failures.dropFirst().map(\.service))) failed too"
        default: "; \(failures.count - 1) other services failed too"
        }
    }

    /// What the failures kept from starting, as the end of a sentence.
    private var neverStarted: String {
        let fates = [true, false].compactMap { isGivenUp -> String? in
            let kept = blocked.filter { $0.isGivenUp == isGivenUp && (isGivenUp || !running.contains($0.service)) }.map(\.service)
            guard !kept.isEmpty else { return nil }
            let names = kept.count <= 5 ? inWords(kept) : "\(kept.count) other services"
            let were = kept.count == 1 ? "was" : "were"
            // A reload had stopped them.
            let fate = isGivenUp ? "\(were) given up" : command == "reload" ? "\(were) not started again" : "never started"
            return "\(names) \(fate)"
        }
        guard !fates.isEmpty else { return "" }
        return "; \(fates.joined(separator: " and ")) because of \(failures.count == 1 ? "it" : "them")"
    }

    private func judged(_ summary: RunSummary, facts: [RecordedFact], invocation: String) -> (String, String?) {
        let isCutOffOnly = outcome != .failed && failures.allSatisfy { $0.failure.failureClass == .interrupted }
        if let first = failures.first, !isCutOffOnly {
            if first.service.isEmpty {
                let hasBegun = facts.own.contains { if case .stepIntended = $0.event { true } else { false } }
                return ("`\(command)` could not \(hasBegun ? "go on" : "begin"): \(first.failure.summary)", nil)
            }
            return ("\(first.failure.sentence(about: first.service))\(companions)\(neverStarted)", nil)
        }
        let name = "run \(run) (`\(command)`)"
        switch outcome {
        case .succeeded: return ("\(name) succeeded", nil)
        case .running: return ("\(name) is still at work", "wait for it; `miniboss history \(run)` shows how far it is")
        case .interrupted:
            return (
                "\(name) was interrupted" + (summary.signal.map { " by \($0)" } ?? "") + " after \(durationWords(summary.seconds))",
                "`miniboss \(invocation)` goes on where it stopped"
            )
        case .crashed:
            let last = facts.own.last { $0.runEndBody == nil }
            let words = last.map { [$0.service, $0.words.text].compactMap { $0 }.joined(separator: " ") }
            return (
                "\(name) was killed after \(durationWords(summary.seconds)) at the earliest"
                    + (words.map { "; the last thing it recorded: \($0)" } ?? ""),
                facts.openHook.map { "if \($0) trapped or called exit(), the terminal said so: mend it; `miniboss start` goes on" }
                    ?? summary.settledBy.map { "nothing: run \($0) settled what it left" }
                    ?? "`miniboss start` settles what it left and goes on"
            )
        case .failed:
            if let result = facts.commandResult { return ("\(name) failed: its command ended with \(result)", nil) }
            return ("\(name) failed: \(summary.error ?? "no service failed, and no reason was recorded")", summary.next)
        }
    }
}

extension FailureReport {
    fileprivate var isOfEngine: Bool { failure.failureClass == .engineUnreachable }
}

/// `web`, `web and worker`, `web, worker and cron`.
private func inWords(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return "\(names.dropLast().joined(separator: ", ")) and \(last)"
}

extension RecordedFact {
    fileprivate func words(for hook: HookName) -> String { hook.rawValue + (service.map { " of \($0)" } ?? "") }
}

extension [RecordedFact] {
    /// The newest hook, other than a ping, that the run was in when it ended: `post_start of db`.
    fileprivate var openHook: String? {
        var open: [String] = []
        for fact in self {
            switch fact.event {
            case .hookStarted(let body) where body.hook != .ping: open.append(fact.words(for: body.hook))
            case .hookFinished(let body): open.removeAll { $0 == fact.words(for: body.hook) }
            default: break
            }
        }
        return open.last
    }

    /// Each failure of a service that it did not recover from in this run, in order.
    var failures: [(service: String, failure: Failure, fact: RecordedFact)] {
        var found: [(service: String, failure: Failure, fact: RecordedFact)] = []
        var begun: [String: RecordedFact] = [:]
        for fact in self {
            guard let service = fact.service, case .stateChanged(let change) = fact.event else { continue }
            if change.to.isWorkedOn, begun[service] == nil { begun[service] = fact }
            if change.to == .running { found.removeAll { $0.service == service } }
            guard change.trigger == .failed || change.trigger == .interrupted else { continue }
            let unsaid =
                change.trigger == .interrupted
                ? Failure.cutOff(change, after: begun[service].map { fact.seconds(since: $0) } ?? 0)
                : Failure(.engineError, phase: .start, summary: change.cause ?? "failed while \(change.from.rawValue)")
            found.removeAll { $0.service == service }
            found.append((service, change.failure ?? unsaid, fact))
        }
        return found
    }
}

extension [RecordedFact] {
    /// What the command of an `exec` came to, `exit 3` say.
    var commandResult: String? {
        for fact in reversed() {
            if case .stepSucceeded(let step) = fact.event, step.step == .execInContainer { return step.result }
        }
        return nil
    }
}

extension Failure {
    /// What the end of a run did to a service under way.
    /// - Parameter seconds: since the service's first own step.
    static func cutOff(_ change: StateChanged, after seconds: Double = 0) -> Failure {
        let phase: FailurePhase =
            switch change.from {
            case .pulling: .pull
            case .building: .build
            case .preparing, .prepared: .preStart
            case .creating, .created: .create
            case .pinging: .ping
            case .priming: .postStart
            default: .start
            }
        let why = change.cause.map { ": \($0)" } ?? ""
        return Failure(.interrupted, phase: phase, summary: "was cut off \(change.from.moment)\(why)", seconds: seconds)
    }
}

extension ServicePhase {
    /// When something happened to a service, for the middle of a sentence.
    public var moment: String {
        switch self {
        case .waiting: "while it waited"
        case .prepared, .created: "before it was started"
        case .pulling: "while its image was pulled"
        case .building: "while its image was built"
        case .preparing: "in pre_start"
        case .creating: "while its container was made"
        case .starting: "while it was started"
        case .pinging: "before it was found ready"
        case .priming: "in post_start"
        case .stopping: "while it was stopped"
        case .removing: "while its container was removed"
        case .absent, .running, .stopped, .failed, .blocked, .excluded, .interrupted: "when it was \(rawValue)"
        }
    }
}

extension RunSummary {
    /// A run that reached no engine has no service that failed, but an error that begins with the class.
    var unreachable: Failure? {
        let prefix = "\(FailureClass.engineUnreachable.rawValue): "
        guard outcome == .failed, let error, error.hasPrefix(prefix) else { return nil }
        return Failure(.engineUnreachable, phase: .start, summary: String(error.dropFirst(prefix.count)), seconds: seconds)
    }
}
