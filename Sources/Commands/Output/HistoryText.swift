import Reconciler

/// The table of runs and the story of one run.
struct HistoryText {
    var paint: Paint
    var width: Int?

    func table(_ runs: [RunSummary], now: CivilTime) -> [String] {
        var table = TextTable(header: ["RUN", "COMMAND", "WHEN", "TOOK", "OUTCOME", "SERVICES"], rightAligned: [0, 3])
        let commandWidth = min(28, max(8, (width ?? 112) / 4))
        table.rows = runs.map { run in
            [
                String(run.run), SafeText.line(DisplayWidth.cut(Self.command(run), to: commandWidth)), shownTime(run.startedAt, now: now),
                durationWords(run.seconds), Self.outcome(run.outcome), SafeText.line(Self.services(run)),
            ]
        }
        return table.lines(width: width).enumerated().map { $0 == 0 ? paint($1, .bold) : coloured($1) } + hints(runs.clockWords)
    }

    /// Events on the critical path have a `▸` before the service, and the path itself stands at the end.
    ///
    /// - Parameters:
    ///   - showsLogs: whether kept log lines stand below the event that kept them, and not their number alone.
    ///   - isShown: chooses among the facts; times count from the run's start all the same.
    func story(
        _ facts: [RecordedFact], showsLogs: Bool = false, where isShown: (RecordedFact) -> Bool = { _ in true }
    ) -> [String] {
        let path = CriticalPath(facts)
        let shown = zip(facts, timeline(facts)).filter { isShown($0.0) }
        let lines = shown.map(\.1)
        let isMarked = shown.map { path.contains($0.0) }
        let clocks = lines.map { "+\(decimal($0.seconds, places: 3))" }
        let clockWidth = clocks.map(\.count).max() ?? 0
        let names = lines.map { SafeText.line($0.service ?? "run") }
        let nameWidth = min(24, names.map(DisplayWidth.of).max() ?? 0)
        let textWidth = min(40, lines.map { DisplayWidth.of($0.text) }.max() ?? 0)
        return lines.indices.flatMap { index in
            let line = lines[index]
            var head = DisplayWidth.padded(clocks[index], to: clockWidth) + (isMarked[index] ? "▸ " : "  ")
            head += DisplayWidth.padded(names[index], to: nameWidth) + "  "
            let text = SafeText.line(line.remark.isEmpty ? line.text : DisplayWidth.padded(line.text, to: textWidth) + "  " + line.remark)
            return LabelledText.hanging(head, text, width: width) + (showsLogs ? logLines(shown[index].0) : [])
        } + (isMarked.contains(true) ? pathLine(path) : []) + hints(ClockStep.all(in: facts).map(\.words))
    }

    private func logLines(_ fact: RecordedFact) -> [String] {
        guard case .logsCaptured(let logs) = fact.event else { return [] }
        return logs.lines.flatMap { LabelledText.hanging("    │ ", SafeText.line($0), width: width) }
    }

    private func hints(_ words: [String]) -> [String] { words.flatMap { LabelledText.hanging("", $0, width: width) } }

    private func pathLine(_ path: CriticalPath) -> [String] {
        let legs = path.legs.map { "\($0.service) \(durationWords($0.seconds))" }.joined(separator: " → ")
        return [fitted(SafeText.line("▸ critical path: \(legs)"))]
    }

    private func fitted(_ line: String) -> String { width.map { DisplayWidth.cut(line, to: $0) } ?? line }

    static func command(_ run: RunSummary) -> String {
        ([run.command] + run.arguments).joined(separator: " ")
    }

    static func outcome(_ outcome: RunSummary.Outcome) -> String {
        switch outcome {
        case .succeeded: "✔ succeeded"
        case .failed: "✘ failed"
        case .interrupted: "! interrupted"
        case .crashed: "⚡ crashed"
        case .running: "… running"
        }
    }

    static func services(_ run: RunSummary) -> String {
        // What matters first, where many would hide it.
        let services =
            run.services.count > 4
            ? run.services.filter { $0.outcome == .failed } + run.services.filter { $0.outcome != .failed } : run.services
        var parts = services.map { service in
            let time = decimal(service.seconds, places: 1)
            return switch service.outcome {
            case .started: "\(service.service) ✔ \(time)"
            case .restarted: "\(service.service) ✔ again \(time)"
            case .alreadyRunning: "\(service.service) ✔"
            case .failed: "\(service.service) ✘ \(reason(service, in: run.command))"
            case .blocked: "\(service.service) blocked"
            case .stopped: "\(service.service) stopped \(time)"
            case .removed: "\(service.service) removed \(time)"
            case .excluded: "\(service.service) excluded"
            }
        }
        if let error = run.error { parts.append(error) }
        let words = parts.joined(separator: "  ")
        guard let settledBy = run.settledBy else { return words }
        return "settled by run \(settledBy)" + (words.isEmpty ? "" : ": \(words)")
    }

    private static func reason(_ service: ServiceResult, in command: String) -> String {
        guard let failure = service.failure else { return service.cutOffIn.map { "cut off \($0.moment)" } ?? "" }
        if let words = service.cutOffWords { return words }
        let code = failure.failureClass == .oomKilled ? nil : failure.exitCode
        let word = code.map { "exited \($0)" } ?? failure.failureClass.rawValue.split(separator: "_").joined(separator: " ")
        // The phases are those of a start.
        return command == "stop" ? word : "\(word) (\(failure.phase.rawValue))"
    }

    /// Colours the first sign of an outcome.
    private func coloured(_ line: String) -> String {
        guard paint.isOn else { return line }
        let signs: [(String, Paint.Colour)] = [
            ("✔ succeeded", .green), ("✘ failed", .red), ("⚡ crashed", .red), ("! interrupted", .yellow),
        ]
        for (sign, colour) in signs {
            if let range = line.firstRange(of: sign) { return line.replacingCharacters(in: range, with: paint(sign, colour)) }
        }
        return line
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
