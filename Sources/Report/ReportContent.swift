import Reconciler

/// Everything the page tells, folded from the facts once; the sections only lay it out.
struct ReportContent: Sendable {
    var start: RunStarted
    var summary: RunSummary
    var postMortem: PostMortem
    var path: CriticalPath
    /// In the order of the definition.
    var services: [ReportedService]
    var context: [ContextEntry]
    var captures: [LogCapture]
    var events: [ReportedEvent]
    /// What the run is measured by; `nil` when no run like it worked before.
    var baseline: RunBaseline?

    init?(_ facts: [RecordedFact], earlier: [RecordedFact], isAtWork: Bool) {
        guard let (first, body) = facts.runStart, let summary = RunSummary(facts, isAtWork: isAtWork),
            let postMortem = PostMortem(facts, earlier: earlier, isAtWork: isAtWork)
        else { return nil }
        let own = facts.filter { $0.run == first.run }
        start = body
        self.summary = summary
        self.postMortem = postMortem
        path = CriticalPath(own)
        services = ReportedService.all(in: own, start: body, summary: summary, path: path, earlier: earlier)
        context = ContextEntry.all(in: earlier.filter { $0.run < first.run } + own).filter { $0.isCurrent || $0.run == first.run }
        captures = LogCapture.all(in: own, failures: postMortem.failures)
        events = ReportedEvent.all(in: own)
        baseline = RunBaseline(own, earlier: earlier, isAtWork: isAtWork)
    }

    var run: Int { summary.run }

    /// The line as the user typed it, less the options that only say how it is shown.
    var commandLine: String { (["miniboss", summary.command] + summary.arguments).joined(separator: " ") }

    /// How many services came to what, as `6 started, 1 failed, 3 blocked`; the gravest last.
    var tally: String {
        let words = services.map(\.state.word)
        var seen: Set<String> = []
        return services.map(\.state).filter { $0 != .noPart && seen.insert($0.word).inserted }
            .sorted { $0.standing.rawValue < $1.standing.rawValue }
            .map { state in "\(words.count { $0 == state.word }) \(state.word)" }
            .joined(separator: ", ")
    }
}

/// One service's part in the run.
struct ReportedService: Sendable {
    /// Its place in the definition, by which script and links name it: names are others' text.
    var index: Int
    var name: String
    /// `nil` for one that was not in the run's definition.
    var member: RunStarted.Member?
    var result: ServiceResult?
    var phases: ServicePhases?
    var leg: CriticalPath.Leg?
    var state: ShownState
    /// What its container was to be made from; `nil` where this run made none.
    var spec: SpecSummary?
    /// What of that is otherwise than when it last ran.
    var changes: [SpecChange]

    static func all(
        in facts: [RecordedFact], start: RunStarted, summary: RunSummary, path: CriticalPath, earlier: [RecordedFact]
    ) -> [ReportedService] {
        func byName<Value>(_ values: [Value], _ name: (Value) -> String) -> [String: Value] {
            Dictionary(values.map { (name($0), $0) }, uniquingKeysWith: { first, _ in first })
        }
        let members = byName(start.services, \.name)
        let results = byName(summary.services, \.service)
        let phases = byName(ServicePhases.all(in: facts), \.service)
        let legs = byName(path.legs, \.service)
        let specs = SpecSummary.wanted(in: facts)
        let changes = SpecChange.all(in: facts, earlier: earlier)
        return facts.serviceNames.enumerated().map { index, name in
            ReportedService(
                index: index, name: name, member: members[name], result: results[name], phases: phases[name], leg: legs[name],
                state: ShownState(results[name], phases: phases[name]), spec: specs[name], changes: changes[name] ?? [])
        }
    }

    /// Where its time went, in words: `waited 1.8 s for appdb`, `ping 1.3 s`.
    var spent: [String] {
        var parts: [String] = []
        for stretch in phases?.stretches ?? [] where stretch.kind != .running {
            // Between two steps there is always a moment; only waiting for somebody is worth a word.
            if stretch.kind == .waiting, stretch.waitsFor.isEmpty, stretch.seconds < 0.1 { continue }
            parts.append(stretch.words)
        }
        return parts
    }

    /// Its row of the timeline for those who can't see it.
    var story: String {
        var parts = ["\(name): \(state.word)"]
        if let ready = phases?.readyAt { parts.append("ready at +\(decimal(ready, places: 3)) s") }
        if let ended = phases?.endedAt, phases?.readyAt == nil { parts.append("at +\(decimal(ended, places: 3)) s") }
        parts += spent
        if let failure = result?.failure { parts.append(failure.summary) }
        if let result, !result.because.isEmpty { parts.append("needs \(result.because.joined(separator: ", which needs "))") }
        if let leg { parts.append("on the critical path with \(durationWords(leg.seconds))") }
        return parts.joined(separator: "; ")
    }
}

extension ServicePhases.Stretch {
    var words: String {
        // A number stays beside its noun and its unit.
        let duration = durationWords(seconds).split(separator: " ").joined(separator: "\u{A0}")
        guard kind == .waiting else { return "\(kind.rawValue)\u{A0}\(duration)" }
        return "waited\u{A0}\(duration)" + (waitsFor.isEmpty ? "" : " for \(waitsFor.joined(separator: ", "))")
    }
}

/// The last log lines of a container, or of an image's build.
struct LogCapture: Sendable {
    var service: String
    var source: String
    var lines: [String]
    /// How much earlier output was not kept.
    var truncatedBytes: Int
    /// What the service failed with; stands below its last line.
    var failure: String?

    static func all(in facts: [RecordedFact], failures: [FailureReport]) -> [LogCapture] {
        var captures: [LogCapture] = []
        for fact in facts {
            guard case .logsCaptured(let logs) = fact.event, let service = fact.service else { continue }
            let failure = failures.first { $0.service == service && $0.containerID == logs.containerID }
            captures.append(
                LogCapture(
                    service: service, source: logs.containerID.hasPrefix("build of ") ? logs.containerID : shortID(logs.containerID),
                    lines: logs.lines, truncatedBytes: logs.truncatedBytes, failure: failure?.failure.summary))
        }
        return captures
    }
}
