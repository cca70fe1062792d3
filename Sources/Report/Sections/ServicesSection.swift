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

    /// One variable that all services share would otherwise be most of a large group's page.
    private var changeLimit: Int { content.services.count > 200 ? 2 : 6 }

    private func image(of service: ReportedService, _ page: inout Markup) {
        page.element("code", [:], service.spec?.image ?? service.member?.image ?? "–")
        if let id = service.spec?.imageID {
            page.nest("span", ["class": "origin"]) { page in
                page.say("id ")
                page.element("code", ["title": id], shortID(id))
                if service.changes.contains(where: { $0.field == "image id" || $0.field == "image" }) { page.say(", changed") }
            }
        }
        // What speaks there is not known, so it is no link: a browser would be of no use with most of them.
        for port in (service.spec?.ports ?? []).compactMap(Self.reach) { page.element("span", ["class": "origin"], port) }
    }

    /// `5432:54131` as `54131 on the host for 5432`; `nil` for what has no port of the host.
    private static func reach(_ mapping: String) -> String? {
        let numbers = mapping.split(separator: ":")
        guard numbers.count == 2, numbers[1] != "0" else { return nil }
        return "\(numbers[1]) on the host for \(numbers[0])"
    }

    private func row(_ service: ReportedService, _ page: inout Markup) {
        page.nest("tr", ["id": "service-\(service.index)", "role": "row", "data-name": service.name, "tabindex": "-1"]) { page in
            page.nest("td", ["role": "cell"]) { $0.state(service.state) }
            page.nest("th", ["scope": "row", "role": "rowheader"]) { page in
                page.say(service.name)
                if let origin = service.member?.origin { page.element("span", ["class": "origin"], " \(origin)") }
            }
            page.element(
                "td", ["role": "cell", "class": "number", "data-label": "Took"],
                service.result.flatMap { $0.seconds > 0 ? durationWords($0.seconds) : nil } ?? "–")
            page.element(
                "td", ["role": "cell", "class": "number", "data-label": "Ready"],
                service.phases?.readyAt.map { "+\(decimal($0, places: 3))" } ?? "–")
            page.nest("td", ["role": "cell", "class": "spent"]) { page in
                if let failure = service.result?.failure { page.element("p", ["class": service.state.standing.name], failure.summary) }
                if let because = service.result?.because, !because.isEmpty {
                    page.element("p", [:], "needs \(because.joined(separator: ", which needs "))")
                }
                page.say(service.spent.joined(separator: " · "))
                if !service.changes.isEmpty { page.changes(service.changes, limit: changeLimit, lead: "changed since") }
            }
            page.nest("td", ["role": "cell", "class": "image"]) { image(of: service, &$0) }
        }
    }
}
