import Reconciler

/// What containers and builds printed last, kept when something went wrong.
struct LogsSection: Section {
    let content: ReportContent

    let id: StaticString = "logs"
    let title = "Logs"

    var hasContent: Bool { !content.captures.isEmpty }

    func write(_ page: inout Markup) {
        page.element(
            "p", ["class": "without-script"], "The lines of what failed stand above; to leaf through all of them takes JavaScript.")
        page.nest("form", ["class": "filters needs-script", "id": "log-filters", "aria-label": "Choose a log"]) { page in
            page.nest("label", ["class": "field"]) { page in
                page.element("span", [:], "Log of")
                page.nest("select", ["id": "log-choice"]) { page in
                    if content.captures.count > 1 { page.element("option", ["value": "all"], "all, one below the other") }
                    let chosen = content.captures.firstIndex { $0.failure != nil } ?? 0
                    for (index, capture) in content.captures.enumerated() {
                        let words = "\(capture.failure == nil ? "" : "✘ ")\(capture.service), \(capture.source)"
                        page.element("option", ["value": "\(index)", "selected": index == chosen ? "" : nil], words)
                    }
                }
            }
            page.nest("label", ["class": "field grow"]) { page in
                page.element("span", [:], "Only lines with words or /expression/")
                page.open("input", ["id": "log-text", "type": "search", "autocomplete": "off", "spellcheck": "false"])
            }
        }
        page.element("p", ["id": "log-count", "class": "quiet needs-script", "role": "status"], "")
        page.nest("div", ["class": "log needs-script"]) { page in
            page.nest("pre", ["id": "log-lines", "tabindex": "0", "role": "region", "aria-label": "Log lines"]) { _ in }
        }
    }
}
