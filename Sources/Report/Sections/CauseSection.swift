import Reconciler

/// Why it failed: for each failure what, because of what, the evidence, and what to do.
struct CauseSection: Section {
    let content: ReportContent

    let id: StaticString = "why"

    private var report: PostMortem { content.postMortem }

    /// Services the end of the run cut off: there is nothing of their own to explain.
    private var cutOff: [FailureReport] { report.failures.filter { $0.failure.failureClass == .interrupted } }
    private var failures: [FailureReport] { report.failures.filter { $0.failure.failureClass != .interrupted } }

    var title: String {
        failures.isEmpty ? "What it left" : failures.count == 1 ? "Why it failed" : "Why it failed: \(failures.count) services"
    }

    var hasContent: Bool { content.summary.outcome != .succeeded && !(report.failures.isEmpty && report.blocked.isEmpty) }

    /// Failures that are shown at length without being opened.
    private static let openLimit = 3
    /// Log lines of each further failure; all that was kept of them is in the logs below.
    private static let shortTail = 12

    func write(_ page: inout Markup) {
        for (place, failure) in failures.enumerated() {
            if place < Self.openLimit {
                page.nest("article", ["class": "cause"]) { card(failure, at: place, &$0) }
            } else {
                page.nest("details", ["class": "cause"]) { page in
                    page.nest("summary", [:]) { headline(failure, &$0) }
                    card(failure, at: place, &page)
                }
            }
        }
        page.nest("dl", ["class": "around"]) { page in
            if !report.blocked.isEmpty { page.fact("Blocked", blocked) }
            if !cutOff.isEmpty { page.fact("Cut off", interrupted) }
            if !report.running.isEmpty {
                page.fact("Still running") { names(report.runningWords, &$0) }
            }
        }
    }

    private func headline(_ failure: FailureReport, _ page: inout Markup) {
        page.element("span", ["class": "sign bad", "aria-hidden": "true"], "✘")
        page.say(" ")
        page.element("strong", [:], failure.service.isEmpty ? report.command : failure.service)
        page.say(" \(failure.failure.summary)")
    }

    private func card(_ failure: FailureReport, at place: Int, _ page: inout Markup) {
        if place < Self.openLimit { page.nest("h3", [:]) { headline(failure, &$0) } }
        page.nest("dl", ["class": "evidence"]) { page in
            page.fact("Class") { page in
                page.element("code", [:], failure.failure.failureClass.rawValue)
                page.say(" in \(failure.failure.phase.rawValue)")
            }
            page.fact("Because") { $0.say(failure.because) }
            changes(failure, &page)
            if let error = failure.failure.lastPingError, failure.failure.failureClass != .pingTimeout {
                page.fact("Last ping") { $0.say(error) }
            }
            if !failure.pings.isEmpty { page.fact("Pings") { pings(failure, &$0) } }
            if !failure.health.isEmpty { page.fact("Health") { list(failure.health.suffix(5), &$0) } }
            if let id = failure.containerID { page.fact("Container") { $0.element("code", ["title": id], shortID(id)) } }
            if let origin = failure.origin {
                page.fact("Defined") { $0.say(failure.typeName.isEmpty ? origin : "\(failure.typeName) at \(origin)") }
            }
            page.fact("Next") { $0.prose(failure.hint) }
        }
        log(failure, isShort: place >= Self.openLimit, &page)
    }

    private func changes(_ failure: FailureReport, _ page: inout Markup) {
        page.fact("Changed") { page in
            if !failure.changes.isEmpty {
                page.changes(failure.changes)
            } else if let run = failure.lastWorkingRun {
                page.say("nothing of its definition since run \(run), in which it ran: look outside of it")
            } else {
                page.say("it has never worked before")
            }
        }
    }

    private func pings(_ failure: FailureReport, _ page: inout Markup) {
        list(failure.pings.suffix(8).map { "+\(decimal($0.seconds, places: 3)) attempt \($0.attempt): \($0.words)" }, &page)
    }

    private func list(_ items: some Sequence<String>, _ page: inout Markup) {
        page.nest("ul", [:]) { page in
            for item in items { page.element("li", [:], item) }
        }
    }

    private func log(_ failure: FailureReport, isShort: Bool, _ page: inout Markup) {
        let lines = isShort ? failure.logTail.suffix(Self.shortTail) : failure.logTail[...]
        guard !lines.isEmpty else { return page.element("p", ["class": "quiet"], "No line of a log was kept.") }
        page.nest("figure", ["class": "log"]) { page in
            page.element("figcaption", [:], lines.count == 1 ? "Its last log line" : "Its last \(lines.count) log lines")
            page.nest("pre", ["tabindex": "0", "role": "region", "aria-label": "Last log lines of \(failure.service)", "class": "tail"]) {
                page in
                for line in lines {
                    page.logLine(line)
                    page.verbatim("\n")
                }
                page.element("span", ["class": "bad"], "✘ \(failure.failure.summary)")
            }
        }
    }

    private func blocked(_ page: inout Markup) {
        page.nest("ul", [:]) { page in
            for blocked in report.blocked {
                page.nest("li", [:]) { page in
                    page.element("strong", [:], blocked.service)
                    if !blocked.because.isEmpty { page.say(" needs \(blocked.because.joined(separator: ", which needs "))") }
                }
            }
        }
    }

    private func interrupted(_ page: inout Markup) {
        page.nest("ul", [:]) { page in
            for failure in cutOff {
                page.nest("li", [:]) { page in
                    page.element("strong", [:], failure.service)
                    page.say(" \(failure.failure.summary)")
                }
            }
        }
    }

    private func names(_ names: [String], _ page: inout Markup) { page.say(names.joined(separator: ", ")) }
}
