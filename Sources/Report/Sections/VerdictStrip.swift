import Reconciler

/// The head of the page: which run, how it ended, in one glance.
struct VerdictStrip {
    let content: ReportContent

    func write(_ page: inout Markup) {
        let summary = content.summary
        let state = ShownState(summary.outcome)
        page.nest("div", ["class": "outcome"]) { page in
            page.nest("h1", [:]) { page in
                page.say(summary.group)
                page.element("span", ["class": "run"], " run \(summary.run) ")
                page.state(state)
            }
            page.nest("p", ["class": "headline"]) { $0.prose(headline) }
            if let next { page.nest("p", ["class": "next"]) { $0.advice(next) } }
        }
        page.nest("dl", ["class": "facts"]) { page in
            page.fact("Command") { $0.element("code", [:], content.commandLine) }
            page.fact("Started") { $0.element("time", ["datetime": summary.startedAt], shownUTC(summary.startedAt)) }
            page.fact("Took") { $0.say(took) }
            if !content.services.isEmpty { page.fact("Services") { $0.say(content.tally) } }
            if !content.path.legs.isEmpty { page.fact("Critical path", criticalPath) }
            page.fact("Engine") { $0.say(content.start.engine ?? "not reached") }
            if let definition = content.start.definition {
                page.fact("Definition") { page in
                    if let path = content.start.definitionPath { page.say("\(path.split(separator: "/").last.map(String.init) ?? path) ") }
                    page.element("code", ["title": definition], String(definition.prefix(8)))
                    if let baseline = content.baseline, let before = baseline.lastDefinition, before != definition {
                        page.say(", changed since run \(baseline.last)")
                    }
                }
            }
            if let baseline = content.baseline, !slower(baseline).isEmpty { page.fact("Slower than usual") { slower(baseline, &$0) } }
        }
    }

    /// What happened, in one sentence; that a run succeeded is said already, so it tells what it did.
    private var headline: String {
        guard content.summary.outcome == .succeeded else { return content.postMortem.verdict }
        if ["exec", "run"].contains(content.summary.command) { return "The command ended well." }
        return content.tally.isEmpty ? "Nothing was to be done." : "\(content.tally) in \(durationWords(content.summary.seconds))"
    }

    private var took: String {
        let now = durationWords(content.summary.seconds)
        guard let baseline = content.baseline, let took = baseline.took else { return now }
        let last = took.last.map { "; run \(baseline.last), which worked, \(durationWords($0))" } ?? ""
        // Of one run the median is that run.
        let usual = baseline.count > 1 ? took.usual : nil
        return now + last + (usual.map { "; usual \(durationWords($0))" } ?? "")
    }

    /// What was lost against what is usual counts here from this on, in seconds.
    private static let loss = 0.25

    /// The services that lost most against what is usual: that one waited longer for others is these others' doing.
    private func slower(_ baseline: RunBaseline) -> [(service: String, measure: RunBaseline.Measure)] {
        func excess(_ measure: RunBaseline.Measure) -> Double { measure.excess ?? 0 }
        return baseline.services.compactMap { service in
            let measures = [service.ready] + service.work.sorted { excess($0) > excess($1) }
            return measures.first { excess($0) >= Self.loss }.map { (service.service, $0) }
        }.sorted { excess($0.measure) > excess($1.measure) }
    }

    private func slower(_ baseline: RunBaseline, _ page: inout Markup) {
        let found = slower(baseline)
        page.nest("ul", [:]) { page in
            for (service, measure) in found.prefix(3) {
                page.nest("li", [:]) { page in
                    page.element("strong", [:], service)
                    page.say(" \(measure.name) \(measure.now.map(durationWords) ?? "–"), usual \(measure.usual.map(durationWords) ?? "–")")
                }
            }
            page.nest("li", [:]) { $0.element("a", ["href": "#compared"], found.count > 3 ? "\(found.count - 3) more" : "all durations") }
        }
    }

    private var next: String? {
        if let next = content.postMortem.next { return next }
        let failures = content.postMortem.failures
        return failures.count == 1 ? failures.first?.hint : nil
    }

    private func criticalPath(_ page: inout Markup) {
        page.nest("span", ["class": "path"]) { page in
            // A chain of hundreds says as much by its slowest.
            let legs = content.path.legs
            let shown = legs.count <= 8 ? legs : Array(legs.prefix(3) + legs.suffix(3))
            for (index, leg) in shown.enumerated() {
                if index > 0 { page.say(legs.count > 8 && index == 3 ? " → … \(legs.count - 6) more … → " : " → ") }
                page.say(leg.service)
                page.element("span", ["class": "quiet"], " \(durationWords(leg.seconds))")
            }
        }
    }
}

extension Markup {
    /// A term and its value in a `dl`.
    mutating func fact(_ term: String, _ value: (inout Markup) -> Void) {
        nest("div", [:]) { markup in
            markup.element("dt", [:], term)
            markup.nest("dd", [:], value)
        }
    }

    /// What to do next; words between backticks are commands.
    mutating func advice(_ text: String) {
        element("strong", [:], "Next ")
        prose(text)
    }

    /// A sentence of ours, in which words between backticks are code.
    mutating func prose(_ text: String) {
        for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() where !part.isEmpty {
            if index.isMultiple(of: 2) { say(String(part)) } else { element("code", [:], String(part)) }
        }
    }
}

/// `2025-11-24T13:02:07.123Z` without its fraction, as `2025-11-24 13:02:07 UTC`; the script puts the reader's own time there.
private func shownUTC(_ text: String) -> String {
    guard text.hasSuffix("Z"), text.count >= 20 else { return text }
    return text.prefix(19).split(separator: "T").joined(separator: " ") + " UTC"
}
