import Reconciler

/// Each service: how it came out, where its time went, what it is made from.
struct ServicesSection: Section {
    let content: ReportContent

    let id: StaticString = "services"
    let title = "Services"

    var hasContent: Bool { !content.services.isEmpty }

    func write(_ page: inout Markup) {
        if content.services.count > ChartSection.findLimit { page.finder("service-find", of: "service-rows") }
        page.nest("div", ["class": "long"]) { table(&$0) }
    }

    /// The roles are said again because a narrow window lays the table out as cards.
    private func table(_ page: inout Markup) {
        page.nest("table", ["class": "services", "role": "table", "aria-labelledby": "services-title"]) { page in
            page.nest("thead", ["role": "rowgroup"]) { page in
                page.nest("tr", ["role": "row"]) { page in
                    for (title, isNumber) in [
                        ("State", false), ("Service", false), ("Took", true), ("Ready", true), ("Where the time went", false),
                        ("Image", false),
                    ] {
                        page.element("th", ["scope": "col", "role": "columnheader", "class": isNumber ? "number" : nil], title)
                    }
                }
            }
            page.nest("tbody", ["id": "service-rows", "role": "rowgroup"]) { page in
                for service in content.services { row(service, &page) }
            }
        }
    }

    private func row(_ service: ReportedService, _ page: inout Markup) {
        page.nest("tr", ["id": "service-\(service.index)", "role": "row", "data-name": service.name, "tabindex": "-1"]) { page in
            page.nest("td", ["role": "cell"]) { $0.state(service.state) }
            page.nest("th", ["scope": "row", "role": "rowheader"]) { page in
                page.say(service.name)
                if let origin = service.member?.origin { page.element("span", ["class": "origin"], " \(origin)") }
            }
            page.element(
                "td", ["role": "cell", "class": "number", "data-label": "Took"], service.result.map { durationWords($0.seconds) } ?? "–")
            page.element(
                "td", ["role": "cell", "class": "number", "data-label": "Ready"],
                service.phases?.readyAt.map { "+\(decimal($0, places: 3))" } ?? "–")
            page.nest("td", ["role": "cell", "class": "spent"]) { page in
                if let failure = service.result?.failure { page.element("p", ["class": service.state.standing.name], failure.summary) }
                if let because = service.result?.because, !because.isEmpty {
                    page.element("p", [:], "needs \(because.joined(separator: ", which needs "))")
                }
                page.say(service.spent.joined(separator: " · "))
            }
            page.nest("td", ["role": "cell", "class": "image"]) { $0.element("code", [:], service.member?.image ?? "–") }
        }
    }
}
