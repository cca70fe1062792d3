import Orchestrator
import Reconciler

/// The last words of a command: what came of it, how long it took, where to look.
struct RunEndText {
    var group: String
    var end: RunEnd
    var paint: Paint
    var width: Int?
    var address = GroupAddress()

    private var summary: RunSummary? { RunSummary(end.facts, isAtWork: false) }

    /// - Parameter earlier: facts of runs before, for what changed since a service last ran.
    func lines(earlier: [RecordedFact]) -> [String] {
        guard let summary else { return [] }
        switch end.outcome {
        case .succeeded:
            return fitted(headline(summary)) + remarks(summary)
        case .interrupted:
            let running = summary.services.filter(\.isRunning).count
            let signal = summary.signal.map { " by \($0)" } ?? ""
            let invocation = end.facts.runStart?.body.invocation ?? summary.command
            // Before anything was looked at there is nothing to count.
            let rest = summary.command == "start" && !summary.services.isEmpty ? ": \(running) of \(included(summary)) running" : ""
            return fitted("\(group): interrupted\(signal) after \(durationWords(end.seconds))\(rest)")
                + LabelledText.lines(
                    "next", address("`miniboss \(invocation)` goes on where it stopped; `miniboss history \(end.run)`"), width: width)
        case .failed, .crashed:
            guard let report = PostMortem(end.facts, earlier: earlier) else { return [] }
            return PostMortemText(report: report, paint: paint, width: width, address: address).short
                + (report.failures.isEmpty ? [] : remarks(summary))
        }
    }

    private func headline(_ summary: RunSummary) -> String {
        let history = address.command("history \(end.run)")
        let took = durationWords(end.seconds)
        let total = included(summary)
        switch summary.command {
        case "start":
            let running = summary.services.filter(\.isRunning).count
            if end.nothingToDo { return "\(group): \(running) of \(total) already running, nothing to do (\(took))" }
            let before = summary.services.count { $0.outcome == .alreadyRunning }
            if before == running { return "\(group): \(running) of \(total) already running\(madeUp) (\(took)) · \(history)" }
            let already = before > 0 ? " (\(before) already running)" : ""
            let path = CriticalPath(end.facts).legs.map(\.service)
            let critical = path.count > 1 ? " · critical path \(path.joined(separator: " → "))" : ""
            return "started \(running - before) of \(total)\(already) in \(took)\(critical) · \(history)"
        case "stop":
            let removed = summary.services.count { $0.outcome == .removed }
            let stopped = summary.services.count { $0.outcome == .stopped }
            let network = end.facts.contains { if case .stepSucceeded(let step) = $0.event { step.step == .removeNetwork } else { false } }
            if removed + stopped == 0 { return "\(group): nothing to stop\(network ? ", its network removed" : "") (\(took))" }
            let counts = [stopped > 0 ? "stopped \(stopped)" : nil, removed > 0 ? "removed \(removed)" : nil].compactMap { $0 }
            return "\(counts.joined(separator: ", ")) in \(took)\(keptVolumes(summary)) · \(history)"
        case "reload":
            let again = summary.services.filter { $0.outcome == .restarted }.map(\.service)
            let others = again.isEmpty ? "" : " · started again: \(again.joined(separator: ", "))"
            let reloaded = summary.services.filter { $0.outcome == .started }.map(\.service)
            return "reloaded \(reloaded.joined(separator: ", ")) in \(took)\(others) · \(history)"
        default:
            return "\(summary.command) done in \(took) · \(history)"
        }
    }

    /// What services that ran already still owed, in words.
    private var madeUp: String {
        let primed = end.facts.compactMap { fact -> String? in
            guard case .stateChanged(let change) = fact.event, change.trigger == .postStartFinished else { return nil }
            return fact.service
        }
        return primed.isEmpty ? "" : ", post_start of \(primed.joined(separator: ", ")) made up for"
    }

    /// Named volumes outlive the containers that were removed.
    private func keptVolumes(_ summary: RunSummary) -> String {
        let removed = summary.services.filter { $0.outcome == .removed }
        let names = Set(removed.flatMap { end.state[$0.service].spec?.namedVolumes ?? [] }).sorted()
        switch names.count {
        case 0: return ""
        case 1...3: return " · volumes kept: \(names.joined(separator: ", "))"
        default: return " · \(names.count) named volumes kept"
        }
    }

    private func remarks(_ summary: RunSummary) -> [String] {
        (failedPreStops + [summary.error].compactMap { $0 }).flatMap { LabelledText.lines("but", SafeText.line($0), width: width) }
    }

    /// They never keep a service from being stopped.
    private var failedPreStops: [String] {
        end.facts.compactMap { fact in
            guard case .hookFinished(let hook) = fact.event, hook.hook == .preStop, [.threw, .timedOut].contains(hook.outcome) else {
                return nil
            }
            return "\(fact.service ?? ""): \(hook.words.text)"
        }
    }

    private func included(_ summary: RunSummary) -> Int {
        summary.services.count { $0.outcome != .excluded }
    }

    private func fitted(_ line: String) -> [String] {
        let safe = SafeText.line(line)
        return width.map { LabelledText.wrapped(safe, to: $0) } ?? [safe]
    }

    /// What `--json` prints.
    func json(earlier: [RecordedFact]) -> JSON {
        let summary = summary
        let report = end.outcome == .succeeded ? nil : PostMortem(end.facts, earlier: earlier)
        return .members([
            "run": .int(end.run), "outcome": .string(end.outcome.rawValue), "services": .array((summary?.services ?? []).map(JSON.init)),
            "seconds": JSON(seconds: end.seconds), "nothing_to_do": .bool(end.nothingToDo), "error": JSON(summary?.error),
            "failures": .array((report?.failures ?? []).map(JSON.init)),
        ])
    }
}

extension ServiceResult {
    var isRunning: Bool { [.started, .restarted, .alreadyRunning].contains(outcome) }
}
