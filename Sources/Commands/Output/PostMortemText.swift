import Reconciler

/// A post-mortem in words: what, evidence, what it blocked, what to do.
struct PostMortemText {
    var report: PostMortem
    var paint: Paint
    /// `nil` where lines may be as long as they are.
    var width: Int?
    var address = GroupAddress()

    /// What a failed start prints.
    var short: [String] {
        var lines: [String] = []
        for (failure, others) in distinct {
            lines += headline(failure) + also(others) + logs(failure, limit: 6)
            lines += labelled("because", failure.because)
            lines += failure.changes.prefix(3).flatMap { labelled("changed", $0.words) }
            if failure.changes.count > 3 { lines += labelled("", "and \(failure.changes.count - 3) more") }
            if report.failures.count > 1 { lines += labelled("next", failure.hint) }
        }
        lines += surroundings
        let command = "`miniboss postmortem \(report.run)`"
        let known = "everything known: \(command)"
        if report.failures.count == 1, let only = report.failures.first {
            lines += labelled("next", "\(only.hint); \(known)")
        } else if report.failures.isEmpty {
            lines += verdict + labelled("next", [report.next, known].compactMap { $0 }.joined(separator: "; "))
        } else {
            lines += labelled("known", "\(command) tells everything")
        }
        return lines
    }

    /// What `postmortem` prints.
    func full(now: CivilTime) -> [String] {
        let header =
            [report.group, "run \(report.run)", report.command, shownTime(report.startedAt, now: now), report.outcome.rawValue]
        var lines = [cut(SafeText.line(header.joined(separator: " · ")))]
        if !isVerdictTold { lines += verdict }
        for (failure, others) in distinct {
            lines += headline(failure) + also(others)
            // Cut off by the run's end: there is nothing of its own to explain.
            if failure.failure.failureClass == .interrupted { continue }
            lines += labelled("class", "\(failure.failure.failureClass.rawValue), in \(failure.failure.phase.rawValue)")
            lines += labelled("because", failure.because)
            guard !failure.service.isEmpty else {
                // No service's turn had come: there is no definition to compare, and no log.
                lines += labelled("next", failure.hint)
                continue
            }
            if let error = failure.failure.lastPingError, failure.failure.failureClass != .pingTimeout {
                lines += labelled("last ping", error)
            }
            lines += changes(failure)
            for ping in failure.pings.suffix(8) {
                lines += labelled("ping", "+\(decimal(ping.seconds, places: 3)) attempt \(ping.attempt): \(ping.words)")
            }
            lines += failure.health.suffix(3).flatMap { labelled("health", $0) }
            if let id = failure.containerID { lines += labelled("container", shortID(id)) }
            if let origin = failure.origin {
                lines += labelled("defined", failure.typeName.isEmpty ? origin : "\(failure.typeName) at \(origin)")
            }
            lines += labelled("log", log(failure))
            lines += logs(failure, limit: nil)
            lines += labelled("next", failure.hint)
        }
        lines += surroundings
        if let next = report.next { lines += labelled("next", next) }
        lines += labelled("more", "`miniboss history \(report.run)`")
        return lines
    }

    /// Each failure, with the services that failed of the very same and have nothing of their own to tell, as those do that
    /// wait for one network.
    private var distinct: [(FailureReport, others: [String])] {
        var found: [(FailureReport, others: [String])] = []
        for failure in report.failures {
            if let same = found.firstIndex(where: { $0.0.isAll(of: failure) }) {
                found[same].others.append(failure.service)
            } else {
                found.append((failure, []))
            }
        }
        return found
    }

    private func also(_ services: [String]) -> [String] {
        services.isEmpty ? [] : labelled("also", "\(services.joined(separator: ", ")): the same")
    }

    private func log(_ failure: FailureReport) -> String {
        let cut = failure.logBytesCut > 0 ? " (\(failure.logBytesCut) bytes were cut)" : ""
        if failure.logTail.isEmpty { return "no line was kept\(cut)" }
        return "its last \(failure.logTail.count == 1 ? "line" : "\(failure.logTail.count) lines")\(cut):"
    }

    private func changes(_ failure: FailureReport) -> [String] {
        if !failure.changes.isEmpty { return failure.changes.flatMap { labelled("changed", $0.words) } }
        guard let run = failure.lastWorkingRun else { return labelled("changed", "it has never worked before") }
        return labelled("changed", "nothing of its definition since run \(run), in which it ran: look outside of it")
    }

    private func headline(_ failure: FailureReport) -> [String] {
        // The only failure is the verdict, which also says what never started because of it.
        let words = isVerdictTold ? report.verdict : failure.failure.sentence(about: failure.service)
        let text = SafeText.line(words)
        let lines = width.map { LabelledText.wrapped(text, to: max(10, $0 - 2)) } ?? [text]
        return lines.enumerated().map { index, line in (index == 0 ? paint("✘", .red) + " " : "  ") + paint(line, .bold) }
    }

    private func logs(_ failure: FailureReport, limit: Int?) -> [String] {
        failure.logTail.suffix(limit ?? .max).map { cut("    \(SafeText.line(failure.service)) | \(SafeText.logLine($0))") }
    }

    /// Whether the verdict is the headline of the one failure there is; a run that was cut off has a verdict of its own.
    private var isVerdictTold: Bool {
        guard let only = report.failures.first, report.failures.count == 1 else { return false }
        return only.service.isEmpty || report.verdict.hasPrefix(only.failure.sentence(about: only.service))
    }

    private var verdict: [String] {
        let text = SafeText.line(report.verdict)
        return width.map { LabelledText.wrapped(text, to: $0) } ?? [text]
    }

    private var surroundings: [String] {
        var lines: [String] = []
        for blocked in report.blocked {
            let chain = blocked.because.isEmpty ? "" : " (needs \(blocked.because.joined(separator: ", which needs ")))"
            lines += labelled("blocked", blocked.service + chain)
        }
        for left in report.leftBehind {
            lines += labelled("left", "container \(left.container), which could not be removed: \(left.error)")
        }
        if !report.running.isEmpty { lines += labelled("running", report.runningWords.joined(separator: ", ")) }
        return lines
    }

    private func labelled(_ label: String, _ text: String) -> [String] {
        LabelledText.lines(label, SafeText.line(Self.advice.contains(label) ? address(text) : text), width: width)
    }

    /// The labels behind which commands of ours stand; elsewhere may be the user's own words.
    private static let advice: Set = ["next", "known", "more"]

    private func cut(_ line: String) -> String { width.map { DisplayWidth.cut(line, to: $0) } ?? line }
}

extension FailureReport {
    fileprivate func isAll(of other: FailureReport) -> Bool {
        guard other.logTail.isEmpty, other.pings.isEmpty, other.health.isEmpty else { return false }
        return failure.failureClass == other.failure.failureClass && failure.summary == other.failure.summary && because == other.because
            && hint == other.hint && changes == other.changes
    }
}
