import Reconciler

/// The run as a Gantt chart: a row a service, what it waited for and what it was worked on.
struct ChartSection: Section {
    let content: ReportContent

    let id: StaticString = "timeline"
    let title = "Timeline"

    private let rows: [ReportedService]
    var hasContent: Bool { !rows.isEmpty }

    init(content: ReportContent) {
        self.content = content
        // Who needs nobody stands first, so that one reads down what waited for what above it.
        let order = ServiceGraph(content.start.services.map { ($0.name, $0.dependencies) }).startOrder
        let place = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        rows = content.services.filter { $0.phases != nil }
            .sorted { (place[$0.name] ?? .max, $0.index) < (place[$1.name] ?? .max, $1.index) }
    }

    /// From this many rows on there is a field to find one by its name.
    static let findLimit = 12

    func write(_ page: inout Markup) {
        let axis = TimeAxis(end: content.summary.seconds)
        hatching(&page)
        legend(&page)
        if rows.count > Self.findLimit { page.finder("chart-find", of: "chart-rows") }
        page.nest("div", ["class": "chart"]) { page in
            ruler(axis, &page)
            page.nest("ol", ["id": "chart-rows", "class": "rows"]) { page in
                for row in rows { page.nest("li", ["data-name": row.name]) { write(row, axis, &$0) } }
            }
        }
        page.nest("div", ["class": "detail needs-script", "id": "chart-detail"]) { page in
            page.element("p", ["aria-live": "polite"], "Choose a row to read what its time went into; the arrow keys move between rows.")
        }
    }

    /// Kinds that look alike share an entry: the engine's work, and the hooks.
    private static let looks: [[ServicePhases.Kind]] = [
        [.waiting], [.pull, .build], [.create, .start], [.preStart, .postStart], [.ping], [.running], [.stop, .remove],
    ]

    private func legend(_ page: inout Markup) {
        let present = Set(rows.flatMap { $0.phases?.stretches ?? [] }.map(\.kind))
        page.nest("ul", ["class": "legend", "aria-label": "Legend"]) { page in
            for kinds in Self.looks.map({ $0.filter(present.contains) }) {
                guard let first = kinds.first else { continue }
                page.nest("li", [:]) { page in
                    swatch(&page) { page in
                        page.open("rect", ["width": "18", "height": "10", "class": "bar \(first.rawValue)"])
                        page.close("rect")
                    }
                    page.say(kinds.map(\.rawValue).joined(separator: ", "))
                }
            }
            if rows.contains(where: { !($0.phases?.answers.isEmpty ?? true) }) {
                page.nest("li", [:]) { page in
                    swatch(&page) {
                        $0.open("circle", ["cx": "9", "cy": "5", "r": "2.5", "class": "answer"])
                        $0.close("circle")
                    }
                    page.say("ping answered otherwise")
                }
            }
            if rows.contains(where: { $0.phases?.readyAt != nil }) {
                page.nest("li", [:]) { page in
                    page.element("span", ["class": "sign good", "aria-hidden": "true"], "✔")
                    page.say("ready")
                }
            }
            if rows.contains(where: { $0.leg != nil }) {
                page.nest("li", [:]) { page in
                    swatch(&page) {
                        $0.open("rect", ["y": "4", "width": "18", "height": "2", "class": "leg"])
                        $0.close("rect")
                    }
                    page.say("critical path")
                }
            }
        }
    }

    private func swatch(_ page: inout Markup, _ body: (inout Markup) -> Void) {
        page.nest("svg", ["class": "swatch", "width": "18", "height": "10", "aria-hidden": "true"], body)
    }

    /// The hatching of waits; outside of the chart, which may not be laid out when the legend already is.
    private func hatching(_ page: inout Markup) {
        page.nest("svg", ["class": "visually-hidden", "aria-hidden": "true"]) { page in
            page.nest("defs", [:]) { page in
                page.nest(
                    "pattern",
                    ["id": "hatch", "width": "6", "height": "6", "patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"]
                ) {
                    $0.open("rect", ["width": "2", "height": "6", "class": "hatch"])
                    $0.close("rect")
                }
            }
        }
    }

    private func ruler(_ axis: TimeAxis, _ page: inout Markup) {
        page.nest("svg", ["class": "ruler", "aria-hidden": "true"]) { page in
            for tick in axis.ticks {
                let x = axis.percent(tick.seconds)
                page.open("line", ["x1": x, "x2": x, "y1": "18", "y2": "100%"])
                page.close("line")
                let isLast = tick.seconds > axis.end * 0.93
                page.element(
                    "text", ["x": x, "y": "12", "text-anchor": tick.seconds == 0 ? "start" : isLast ? "end" : "middle"], tick.label)
            }
        }
    }

    private func write(_ row: ReportedService, _ axis: TimeAxis, _ page: inout Markup) {
        guard let phases = row.phases else { return }
        page.nest(
            "a",
            [
                "class": row.leg == nil ? "row" : "row critical", "href": "#service-\(row.index)", "data-service": "\(row.index)",
                "aria-label": row.story,
            ]
        ) { page in
            page.nest("span", ["class": "name"]) { page in
                page.element("span", ["class": "sign \(row.state.standing.name)"], row.state.sign)
                page.element("span", ["class": "label"], row.name)
            }
            page.nest("svg", ["class": "track", "aria-hidden": "true"]) { page in
                for stretch in phases.stretches { bar(stretch, axis, &page) }
                for answer in Self.thinned(phases.answers, to: max(4, Self.dotLimit / rows.count)) { dot(answer, axis, &page) }
                if let leg = row.leg, let end = phases.endedAt ?? phases.readyAt {
                    page.open(
                        "rect",
                        [
                            "class": "leg", "x": axis.percent(end - leg.seconds), "y": "22", "height": "2",
                            "width": axis.percent(leg.seconds),
                        ])
                    page.close("rect")
                }
                if let ready = phases.readyAt { self.ready(at: ready, axis, &page) }
                if let end = phases.endedAt ?? (row.state == .cutOff ? axis.end : nil) { cap(row.state, at: end, axis, &page) }
            }
        }
    }

    /// Dots in the whole chart; in a long run of many services they would outweigh all the rest.
    private static let dotLimit = 4_000

    /// The first and the last of very many: how it began to fail, and how it ended.
    static func thinned(_ answers: [ServicePhases.Answer], to limit: Int) -> [ServicePhases.Answer] {
        answers.count <= limit ? answers : Array(answers.prefix(limit / 2) + answers.suffix(limit - limit / 2))
    }

    private func bar(_ stretch: ServicePhases.Stretch, _ axis: TimeAxis, _ page: inout Markup) {
        let share = stretch.seconds / axis.end
        let isRunning = stretch.kind == .running
        page.nest(
            "svg",
            [
                "x": axis.percent(stretch.from), "width": axis.percent(stretch.seconds), "y": isRunning ? "9" : "4",
                "height": isRunning ? "6" : "16", "class": share < 0.002 ? "thin" : nil, "data-from": "\(decimal(stretch.from, places: 6))",
                "data-to": "\(decimal(stretch.to, places: 6))",
            ]
        ) { page in
            page.element("title", [:], isRunning ? "running from +\(decimal(stretch.from, places: 3)) s" : stretch.words)
            page.open("rect", ["width": "100%", "height": "100%", "class": "bar \(stretch.kind.rawValue)"])
            page.close("rect")
            guard !isRunning, share > 0.03 else { return }
            let words = stretch.kind == .waiting ? stretch.waitsFor.last.map { "for \($0)" } : stretch.kind.rawValue
            // A word that is cut in two says nothing; how wide the bar is in letters, nobody knows before it is drawn.
            if let words { page.element("text", ["x": "5", "y": "12", "data-letters": "\(words.count)"], words) }
        }
    }

    private func dot(_ answer: ServicePhases.Answer, _ axis: TimeAxis, _ page: inout Markup) {
        page.nest("circle", ["cx": axis.percent(answer.at), "cy": "4", "r": "2.5", "class": "answer"]) {
            $0.element("title", [:], "+\(decimal(answer.at, places: 3)) s ping: \(answer.words)")
        }
    }

    /// The moment from which dependents might start.
    private func ready(at moment: Double, _ axis: TimeAxis, _ page: inout Markup) {
        let x = axis.percent(moment)
        let isLast = moment > axis.end * 0.97
        page.nest("text", ["class": "ready", "x": x, "y": "16", "dx": isLast ? "-3" : "3", "text-anchor": isLast ? "end" : "start"]) {
            $0.element("title", [:], "ready at +\(decimal(moment, places: 3)) s")
            $0.say("✔")
        }
    }

    /// The mark of a failure: a bar across the row and the state's sign beside it.
    private func cap(_ state: ShownState, at end: Double, _ axis: TimeAxis, _ page: inout Markup) {
        let x = axis.percent(end)
        page.open("line", ["class": "cap \(state.standing.name)", "x1": x, "x2": x, "y1": "2", "y2": "22"])
        page.close("line")
        let isLast = end > axis.end * 0.9
        page.element(
            "text",
            [
                "class": "cap-word \(state.standing.name)", "x": x, "y": "16", "dx": isLast ? "-6" : "6",
                "text-anchor": isLast ? "end" : "start",
            ], "\(state.sign) \(state.word)")
    }
}

extension Markup {
    /// A field that finds services by their names; the script listens to it.
    mutating func finder(_ id: String, of list: String) {
        nest("p", ["class": "finder needs-script"]) { page in
            page.element("label", ["for": id], "Find a service")
            page.open("input", ["id": id, "type": "search", "autocomplete": "off", "spellcheck": "false", "data-list": list])
            page.element("output", ["for": id, "class": "quiet"], "")
        }
    }
}
