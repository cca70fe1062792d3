extension RecordedFact {
    /// The event in words, and what stands beside it.
    var words: (text: String, remark: String) {
        switch event {
        case .runStarted(let body): body.words
        case .engineReached(let body): ("the engine answered", "Docker Engine \(body.engine)")
        case .runInterrupted(let body): ("interrupted by \(body.signal)", "what is under way is settled first")
        case .runFinished(let body): body.words
        case .stateChanged(let body): body.words
        case .stepIntended(let body):
            ("intends \(body.step.rawValue) \(body.target)", joined(body.cause, operation.map { "operation \(shortID($0))" }))
        case .stepSucceeded(let body):
            (
                "\(body.step.rawValue) done" + (body.result.map { " \(shortID($0))" } ?? ""),
                joined(durationWords(body.seconds), body.resolved.map { "the reply had been lost: \($0)" })
            )
        case .stepFailed(let body):
            (
                "\(body.step.rawValue) failed: \(body.error)",
                joined(durationWords(body.seconds), body.resolved.map { "the reply had been lost: \($0)" })
            )
        case .stepUnknown(let body):
            ("\(body.step.rawValue): \(body.resolved == nil ? "the reply was lost" : "nobody knows how it ended")", body.error)
        case .hookStarted(let body): ("\(body.hook.rawValue) begins", "")
        case .hookFinished(let body): body.words
        case .pingChanged(let body):
            ("ping \(body.attempt): " + (body.succeeded ? "true" : body.error ?? "false"), "")
        case .contextWritten(let body):
            (
                "context \(body.key) = \(body.secret ? EnvironmentValue.mask : body.value.json)",
                body.hook.map { "written by \($0.rawValue)" } ?? ""
            )
        case .contextCleared(let body): ("context cleared", body.cause)
        case .divergenceFound(let body):
            ("differs from its definition", body.differences.map(\.words).joined(separator: ", "))
        case .containerExited(let body): body.words
        case .logsCaptured(let body):
            (
                "\(counted(body.lines.count, "log line")) kept",
                body.truncatedBytes > 0 ? "\(counted(body.truncatedBytes, "earlier byte")) did not fit" : ""
            )
        case .volumesKept(let body): body.words
        case .noteTaken(let body): (body.text, "")
        case .ledgerSetAside(let body): body.words
        }
    }
}

extension RecordedFact {
    /// Why it was done, for the events that say so.
    var cause: String? {
        switch event {
        case .stepIntended(let body): body.cause
        case .stateChanged(let body) where body.failure == nil && body.because == nil: body.cause
        default: nil
        }
    }
}

extension RunStarted {
    var words: (text: String, remark: String) {
        let line = (["miniboss", command] + arguments).joined(separator: " ")
        return (
            "started by `\(line)`",
            joined(definition.map { "definition \($0.prefix(6))" }, engine.map { "engine \($0)" } ?? "no engine", "pid \(pid)")
        )
    }
}

extension RunFinished {
    var words: (text: String, remark: String) {
        switch outcome {
        case .crashed: ("crashed: it was killed before it could finish", settled)
        case .interrupted: ("interrupted" + (signal.map { " by \($0)" } ?? ""), error ?? settled)
        case .succeeded, .failed: (outcome.rawValue, error ?? "")
        }
    }

    private var settled: String { settledBy.map { "settled by run \($0)" } ?? "" }
}

extension StateChanged {
    var words: (text: String, remark: String) {
        var remark = cause ?? ""
        if let failure {
            remark = failure.summary
        } else if let because, !because.isEmpty {
            remark = "needs \(because.reversed().joined(separator: ", which needs "))"
        } else if trigger == .containerCreated, let containerID {
            remark = joined(remark, "container \(shortID(containerID))")
        }
        return (from == to ? "\(to.rawValue) (\(trigger.words))" : "\(from.rawValue) → \(to.rawValue)", remark)
    }
}

extension HookFinished {
    package var words: (text: String, remark: String) {
        let tries = attempts.map { $0 == 1 ? "1 attempt" : "\($0) attempts" }
        let duration = joined(durationWords(seconds), tries)
        return switch outcome {
        case .succeeded: ("\(hook.rawValue) succeeded", duration)
        case .threw: ("\(hook.rawValue) threw: \(error ?? "an error without words")", duration)
        case .timedOut where hook == .ping && attempts.map { $0 > 0 } == true:
            ("ping was not true in time" + (error.map { ": \($0)" } ?? ""), duration)
        case .timedOut: ("\(hook.rawValue) did not come back in time" + (error.map { ": \($0)" } ?? ""), duration)
        case .interrupted: ("\(hook.rawValue) was " + (error.map { "cut off: \($0)" } ?? "interrupted"), duration)
        }
    }
}

extension ContainerExited {
    var words: (text: String, remark: String) {
        if running { return ("still runs", health.last.map { "health check: \($0)" } ?? "") }
        let text = exitCode.map { "exited \($0)" } ?? "never ran"
        // Who sent the signal is not known here: it may have been this very stop.
        let words = exitCode.flatMap { code in
            code == 0 ? nil : (oomKilled ? nil : signal(ofExitCode: code).map { "by \(signalName($0))" }) ?? exitCodeWords(code)
        }
        return (oomKilled ? "\(text), out of memory" : text, error ?? words ?? "")
    }
}

extension LedgerSetAside {
    var words: (text: String, remark: String) {
        ("the earlier ledger was set aside in \(directory)", joined(lastSeq.map { "its last good event is \($0)" }, reason))
    }
}

extension ServiceEvent {
    var words: String { rawValue.split(separator: "_").joined(separator: " ") }
}

func joined(_ parts: String?...) -> String {
    parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
}

func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// An id as the engine's own tools show it; names stay whole.
public func shortID(_ id: String) -> String {
    let body = id.hasPrefix("sha256:") ? id.dropFirst(7) : id[...]
    let isHex = body.utf8.count >= 32 && body.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == 0x2D }
    return isHex ? String(body.prefix(12)) : id
}

extension VolumesKept {
    fileprivate var words: (text: String, remark: String) {
        let places = volumes.sorted { $0.key < $1.key }.map { "\($0.key) in volume \($0.value.prefix(12))" }
        return volumes.isEmpty
            ? ("nothing is kept for its next container", "") : ("keeps its data for its next container", places.joined(separator: ", "))
    }
}
