import Reconciler

/// How long each phase of each service took, beside the last run that worked and what is usual.
struct CompareSection: Section {
    let content: ReportContent

    let id: StaticString = "compared"
    let title = "Compared with earlier runs"

    var hasContent: Bool { !(content.baseline?.services.isEmpty ?? true) }

    /// Services that are told at length; of thousands nobody reads each.
    private static let limit = 60

    func write(_ page: inout Markup) {
        guard let baseline = content.baseline else { return }
        page.nest("p", ["class": "intro"]) { $0.prose(introduction(baseline)) }
        let notable = baseline.services.filter(\.isNotable)
        let others = baseline.services.filter { !$0.isNotable }
        if notable.isEmpty {
            page.element("p", [:], "Every service took as long as usual.")
        } else {
            table(Array(notable.prefix(Self.limit)), baseline, label: "Durations that are not as usual", &page)
        }
        let left = Array(others.prefix(max(0, Self.limit - notable.count)))
        if !left.isEmpty {
            page.nest("details", ["class": "more"]) { page in
                page.element("summary", [:], left.count == 1 ? "1 service as usual" : "\(left.count) services as usual")
                table(left, baseline, label: "Durations that are as usual", &page)
            }
        }
        let untold = baseline.services.count - min(notable.count, Self.limit) - left.count
        if untold > 0 {
            page.nest("p", ["class": "quiet"]) {
                $0.prose("\(untold) more are not shown; `miniboss diff \(baseline.last) \(content.run)` prints them.")
            }
        }
    }

    private func introduction(_ baseline: RunBaseline) -> String {
        let command = "`\(content.summary.command)`"
        let usual = baseline.count == 1 ? "There is no other to tell what is usual." : "Usual is the median of \(baseline.count) such runs."
        return "Run \(baseline.last) is the last \(command) before this one that worked and had something to do. \(usual)"
    }

    /// The roles are said again because a narrow window lays the table out otherwise.
    private func table(_ services: [RunBaseline.Service], _ baseline: RunBaseline, label: String, _ page: inout Markup) {
        page.nest("table", ["class": "compared", "role": "table", "aria-label": label]) { page in
            page.nest("thead", ["role": "rowgroup"]) { page in
                page.nest("tr", ["role": "row"]) { page in
                    for title in ["Phase", "This run", "Run \(baseline.last)", "Usual", "Difference"] {
                        let isNumber = title != "Phase" && title != "Difference"
                        page.element("th", ["scope": "col", "role": "columnheader", "class": isNumber ? "number" : nil], title)
                    }
                }
            }
            for service in services {
                page.nest("tbody", ["role": "rowgroup"]) { page in
                    page.nest("tr", ["role": "row"]) { page in
                        page.nest("th", ["scope": "rowgroup", "colspan": "5", "role": "rowheader", "class": "who"]) { page in
                            page.say(service.service)
                            if let state = content.services.first(where: { $0.name == service.service })?.state {
                                page.say(" ")
                                page.state(state)
                            }
                        }
                    }
                    for measure in [service.ready] + service.phases where !measure.isEmpty { row(measure, &page) }
                }
            }
        }
    }

    private func row(_ measure: RunBaseline.Measure, _ page: inout Markup) {
        page.nest("tr", ["role": "row"]) { page in
            page.element("th", ["scope": "row", "role": "rowheader"], measure.name)
            for seconds in [measure.now, measure.last, measure.usual] {
                page.element("td", ["role": "cell", "class": "number"], seconds.map(durationWords) ?? "–")
            }
            let (words, standing) = measure.difference
            page.element("td", ["role": "cell", "class": standing.name], words)
        }
    }
}

extension RunBaseline.Measure {
    /// In no run at all.
    fileprivate var isEmpty: Bool { now == nil && last == nil && usual == nil }

    /// How it differs from what is usual, in words.
    var difference: (words: String, standing: ShownState.Standing) {
        if isCutShort { return ("ended before it was done", .bad) }
        switch (now, usual) {
        case (nil, nil): return ("–", .quiet)
        case (nil, .some): return (name == Self.readyName ? "never ready in this run" : "not done in this run", .warn)
        case (.some, nil):
            // That it waits is no work of its own, and what it waited for is told of its own.
            if name == ServicePhases.Kind.waiting.rawValue { return ("did not wait before", .quiet) }
            return ("not done before", isNotable ? .warn : .quiet)
        case (.some(let now), .some(let usual)):
            guard isNotable else { return ("as usual", .quiet) }
            return now > usual ? ("\(durationWords(now - usual)) longer", .warn) : ("\(durationWords(usual - now)) shorter", .good)
        }
    }
}
