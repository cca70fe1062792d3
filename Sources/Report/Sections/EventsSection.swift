import Reconciler

/// Every event of the run. There may be very many, so the script draws those in view, from the data below the page.
struct EventsSection: Section {
    let content: ReportContent

    let id: StaticString = "events"
    let title = "Events"

    func write(_ page: inout Markup) {
        page.element(
            "p", ["class": "without-script"],
            "\(content.events.count) events; the list needs JavaScript, and `miniboss history \(content.run)` prints it.")
        page.nest("form", ["class": "filters needs-script", "id": "event-filters", "aria-label": "Filter the events"]) { page in
            page.nest("label", ["class": "field"]) { page in
                page.element("span", [:], "Service")
                page.nest("select", ["id": "event-service"]) { page in
                    page.element("option", ["value": "all"], "all")
                    page.element("option", ["value": "-1"], "the run itself")
                    for service in content.services { page.element("option", ["value": "\(service.index)"], service.name) }
                }
            }
            page.nest("label", ["class": "field grow"]) { page in
                page.element("span", [:], "Words or /expression/")
                page.open("input", ["id": "event-text", "type": "search", "autocomplete": "off", "spellcheck": "false"])
            }
            page.nest("fieldset", [:]) { page in
                page.element("legend", [:], "Kinds")
                for kind in ReportedEvent.Kind.allCases where content.events.contains(where: { $0.kind == kind }) {
                    page.nest("label", ["class": "check"]) { page in
                        page.open("input", ["type": "checkbox", "name": "kind", "value": "\(kind.rawValue)", "checked": ""])
                        page.say(kind.word)
                    }
                }
            }
            page.nest("label", ["class": "check"]) { page in
                page.open("input", ["type": "checkbox", "id": "event-problems"])
                page.say("problems only")
            }
            page.element("button", ["type": "reset"], "Show all")
        }
        page.element("p", ["id": "event-count", "class": "quiet needs-script", "role": "status"], "")
        page.nest(
            "div",
            [
                "class": "events needs-script", "id": "event-list", "role": "grid", "tabindex": "0", "aria-label": "Events",
                "aria-readonly": "true",
                "aria-describedby": "event-help",
            ]
        ) { _ in }
        page.nest("div", ["class": "detail needs-script", "id": "event-detail", "aria-live": "polite"]) { page in
            page.element("p", ["id": "event-help"], "Choose an event to read all of it; the arrow keys move between events.")
        }
    }
}
