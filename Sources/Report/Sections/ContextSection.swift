import Reconciler

/// The context: what it held when the run ended and what the run wrote, each with its writer.
struct ContextSection: Section {
    let content: ReportContent

    let id: StaticString = "context"
    let title = "Context"

    var hasContent: Bool { !content.context.isEmpty }

    func write(_ page: inout Markup) {
        page.nest("table", ["class": "context", "role": "table", "aria-labelledby": "context-title"]) { page in
            page.nest("thead", ["role": "rowgroup"]) { page in
                page.nest("tr", ["role": "row"]) { page in
                    for title in ["Key", "Value", "Written by", "When"] {
                        page.element("th", ["scope": "col", "role": "columnheader"], title)
                    }
                }
            }
            page.nest("tbody", ["role": "rowgroup"]) { page in
                for entry in content.context { row(entry, &page) }
            }
        }
    }

    private func row(_ entry: ContextEntry, _ page: inout Markup) {
        page.nest("tr", ["role": "row", "class": entry.isCurrent ? nil : "past"]) { page in
            page.nest("th", ["scope": "row", "role": "rowheader"]) { $0.element("code", [:], entry.key) }
            page.nest("td", ["role": "cell", "class": "value"]) { page in
                page.element("code", [:], entry.isSecret ? EnvironmentValue.mask : entry.value.json)
                if entry.isSecret { page.element("span", ["class": "quiet"], " secret") }
                if !entry.isCurrent { page.element("span", ["class": "quiet"], " replaced or cleared since") }
            }
            page.nest("td", ["role": "cell"]) { page in
                page.say([entry.service ?? "the group", entry.hook?.rawValue].compactMap { $0 }.joined(separator: " · "))
            }
            page.nest("td", ["role": "cell", "class": "when"]) { page in
                let time = entry.seconds.map { "+\(decimal($0, places: 3))" }
                if entry.run == content.run {
                    page.element("a", ["href": "#e\(entry.seq)"], time ?? "event \(entry.seq)")
                } else {
                    page.say(["run \(entry.run)", time].compactMap { $0 }.joined(separator: " "))
                }
            }
        }
    }
}
