package import Reconciler

/// A run as plain lines, each fact at most once: `+2.103 appdb running (ping 1.6 s, post_start 0.1 s)`.
package struct PlainStory: Sendable {
    private var start: RecordedFact?
    private var hooks: [String: [String]] = [:]
    private var causes: [String?: String] = [:]
    /// The containers that services were found running in: what befalls another one is not what befalls them.
    private var found: [String?: String] = [:]
    /// What the group's own hooks came to, which the end of the run repeats.
    private var saidOfGroup: Set<String> = []
    /// When a service was last told of, in seconds since the run's start.
    private var lastTold: [String: Double] = [:]

    /// Seconds without a word of a service until what passes is told, too: a long pull or build shows that it goes on.
    private static let silence = 10.0

    package init() {}

    /// The line for what a service is just doing; `nil` where it was told of a moment ago.
    ///
    /// - Parameter seconds: since the run's start.
    mutating func remark(of service: String, _ text: String, at seconds: Double) -> String? {
        guard start != nil, seconds - lastTold[service, default: 0] >= Self.silence else { return nil }
        lastTold[service] = seconds
        return "+\(decimal(seconds, places: 3)) \(SafeText.line("\(service) \(text)"))"
    }

    /// The line for a fact; `nil` when it has nothing to add to what was said.
    package mutating func line(_ fact: RecordedFact) -> String? {
        if case .runStarted = fact.event { start = fact }
        guard let start, fact.run == start.run else {
            // A run begins by settling what killed ones left, in their names.
            guard case .runFinished(let body) = fact.event, body.settledBy != nil else { return nil }
            let end = body.outcome == .crashed ? "had been killed" : "was cut off by a second \(body.signal ?? "signal")"
            return "run \(fact.run) \(end); what it left is settled"
        }
        guard let words = words(fact) else { return nil }
        if let service = fact.service { lastTold[service] = fact.seconds(since: start) }
        let text = [fact.service, words].compactMap { $0 }.joined(separator: " ")
        return "+\(decimal(fact.seconds(since: start), places: 3)) \(SafeText.line(text))"
    }

    private mutating func words(_ fact: RecordedFact) -> String? {
        switch fact.event {
        case .runStarted(let body):
            let excluded = body.excluded.map { ", without \($0.joined(separator: ", "))" } ?? ""
            return "\(body.group) \(body.command) run \(fact.run)\(excluded)"
        case .runFinished(let body):
            guard let error = body.error, !saidOfGroup.contains(error) else { return nil }
            return "\(body.outcome.rawValue): \(error)"
        case .stateChanged(let change): return words(change, of: fact.service ?? "")
        case .stepIntended(let step):
            guard step.step.isEngineCall else { return nil }
            let isKnown = causes.updateValue(step.cause, forKey: fact.service) == step.cause
            return isKnown ? step.step.rawValue : "\(step.step.rawValue): \(step.cause)"
        case .stepFailed(let step): return "\(step.step.rawValue) failed: \(step.error)"
        case .stepUnknown(let step):
            return "\(step.step.rawValue): \(step.resolved == nil ? "the reply was lost" : "nobody knows how it ended"): \(step.error)"
        case .hookFinished(let hook):
            switch hook.outcome {
            case .succeeded where !hook.isWorthTelling: return nil
            case .succeeded:
                hooks[fact.service ?? "", default: []].append("\(hook.hook.rawValue) \(durationWords(hook.seconds))")
                return nil
            case .threw:
                let words = "\(hook.hook.rawValue) threw: \(hook.error ?? "an error without words")"
                if fact.service == nil { saidOfGroup.insert(words) }
                return words
            case .timedOut: return "\(hook.hook.rawValue) timed out after \(durationWords(hook.seconds))"
            case .interrupted:
                return hook.hook == .ping ? nil : "\(hook.hook.rawValue) \(hook.error.map { "cut off: \($0)" } ?? "interrupted")"
            }
        case .pingChanged(let ping): return ping.succeeded ? nil : "ping \(ping.attempt): \(ping.error ?? "false")"
        case .contextWritten(let body): return "context \(body.key) = \(body.secret ? EnvironmentValue.mask : body.value.json)"
        case .contextCleared: return "context cleared"
        case .containerExited(let body):
            let isAnother = found[fact.service].map { $0 != body.containerID } ?? false
            return body.exitCode.map { "\(isAnother ? "its other container " : "")exited \($0)\(body.oomKilled ? ", out of memory" : "")" }
        case .noteTaken(let note): return note.text
        case .ledgerSetAside(let body): return "the earlier ledger was set aside in \(body.directory)"
        case .engineReached: return "the engine answered"
        // The display itself answers an interrupt.
        case .runInterrupted, .stepSucceeded, .hookStarted, .divergenceFound, .logsCaptured, .volumesKept: return nil
        }
    }

    private mutating func words(_ change: StateChanged, of service: String) -> String? {
        switch change.trigger {
        case .containerCreated: return "created"
        case .containerStarted:
            hooks[service] = nil
            return change.from == .starting ? "started" : "runs already, and is pinged again"
        case .containerStopped: return "stopped"
        case .containerRemoved: return "removed"
        case .imageReady: return "image ready"
        case .foundRunning:
            found[service] = change.containerID
            return "already running"
        case .failed: return "failed: \(change.failure?.summary ?? change.cause ?? "no reason was given")"
        case .blocked: return "blocked: needs \((change.because ?? []).reversed().joined(separator: ", which needs "))"
        case .interrupted: return "interrupted"
        case .pingSucceeded, .postStartFinished:
            guard change.to == .running else { return nil }
            let done = hooks.removeValue(forKey: service) ?? []
            return done.isEmpty ? "running" : "running (\(done.joined(separator: ", ")))"
        default: return nil
        }
    }
}

extension StepKind {
    /// Hooks are steps of a plan, too, but are told by their own events; planning again does nothing to the engine.
    var isEngineCall: Bool {
        switch self {
        case .preStart, .ping, .postStart, .preStop, .reconsider: false
        default: true
        }
    }
}
