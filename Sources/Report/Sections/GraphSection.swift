import Reconciler

/// Who needs whom, in layers from left to right, with how each came out.
struct GraphSection: Section {
    let content: ReportContent

    let id: StaticString = "graph"
    let title = "Dependencies"

    var hasContent: Bool { content.start.services.contains { !$0.dependencies.isEmpty } }

    private static let margin = 4.0

    func write(_ page: inout Markup) {
        let layout = GraphLayout(content.start.services.map { ($0.name, $0.dependencies) })
        let services = Dictionary(content.services.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let path = zip(content.path.legs, content.path.legs.dropFirst()).map { [$0.service, $1.service] }
        let width = layout.width + 2 * Self.margin
        let height = layout.height + 2 * Self.margin
        page.element(
            "p", ["class": "quiet"], "Each service stands right of those it needs. Follow a box to its row in the table of services.")
        page.element("p", ["class": "visually-hidden needs-script", "id": "graph-help"], "The arrow keys move between boxes.")
        page.nest(
            "div",
            [
                "class": "graph", "tabindex": "0", "role": "region", "aria-label": "Graph of dependencies",
                "aria-describedby": "graph-help",
            ]
        ) { page in
            page.nest(
                "svg",
                [
                    "width": decimal(width, places: 0), "height": decimal(height, places: 0),
                    "viewBox":
                        "\(decimal(-Self.margin, places: 0)) \(decimal(-Self.margin, places: 0)) \(decimal(width, places: 0)) \(decimal(height, places: 0))",
                ]
            ) { page in
                page.nest("g", ["aria-hidden": "true"]) { page in
                    for edge in layout.edges {
                        let isBlocking =
                            services[edge.dependent]?.state == .blocked && services[edge.dependency]?.state.isGivenUp == true
                        let classes =
                            path.contains([edge.dependency, edge.dependent]) ? "edge critical" : isBlocking ? "edge blocking" : "edge"
                        page.open("path", ["class": classes, "d": Self.curve(edge.points)])
                        page.close("path")
                    }
                }
                for node in layout.nodes {
                    if let service = services[node.service] { write(service, node, &page) }
                }
            }
        }
    }

    private func write(_ service: ReportedService, _ node: GraphLayout.Node, _ page: inout Markup) {
        let needs = service.member?.dependencies ?? []
        page.nest(
            "a",
            [
                "class": "node \(service.state.standing.name)", "href": "#service-\(service.index)",
                "transform": "translate(\(decimal(node.x, places: 1)) \(decimal(node.y, places: 1)))",
                "aria-label": "\(service.name): \(service.state.word); needs \(needs.isEmpty ? "nobody" : needs.joined(separator: ", "))",
            ]
        ) { page in
            page.element("title", [:], service.name)
            page.open(
                "rect",
                ["width": decimal(GraphLayout.nodeWidth, places: 0), "height": decimal(GraphLayout.nodeHeight, places: 0), "rx": "6"])
            page.close("rect")
            page.element("text", ["class": "name", "x": "12", "y": "18"], Self.cut(service.name))
            page.element(
                "text", ["class": "word", "x": "12", "y": "34"], "\(service.state.sign) \(service.state.word)\(readyWords(service))")
        }
    }

    private func readyWords(_ service: ReportedService) -> String {
        guard service.state.standing == .good, let ready = service.phases?.readyAt else { return "" }
        return " at +\(decimal(ready, places: 2)) s"
    }

    /// As many letters as fit into a box; the whole name is its title.
    private static func cut(_ name: String) -> String { name.count <= 17 ? name : "\(name.prefix(16))…" }

    private static func curve(_ points: [GraphLayout.Point]) -> String {
        guard let first = points.first else { return "" }
        var path = "M\(decimal(first.x, places: 1)) \(decimal(first.y, places: 1))"
        for (from, to) in zip(points, points.dropFirst()) {
            // Across a layer it goes straight, between layers it bends.
            if from.y == to.y {
                path += "H\(decimal(to.x, places: 1))"
            } else {
                let middle = decimal((from.x + to.x) / 2, places: 1)
                path += "C\(middle) \(decimal(from.y, places: 1)) \(middle) \(decimal(to.y, places: 1)) "
                path += "\(decimal(to.x, places: 1)) \(decimal(to.y, places: 1))"
            }
        }
        return path
    }
}
