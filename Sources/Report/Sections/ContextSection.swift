import Reconciler

/// The context: what it held when the run ended and what the run wrote, each with its writer and the fields that name it.
struct ContextSection: Section {
    let content: ReportContent
    private let readers: [String: [ContextReader]]
    /// Keys that a field names and that nobody has written: a start of such a service fails; to a stop it is nothing.
    private let unwritten: [String]

    let id: StaticString = "context"
    let title = "Context"

    init(content: ReportContent) {
        self.content = content
        readers = ContextReader.byKey(content.start)
        let fills = content.summary.command == "start" || content.summary.command == "reload"
        unwritten = fills ? Set(readers.keys).subtracting(content.context.map(\.key)).sorted() : []
    }

    var hasContent: Bool { !content.context.isEmpty || !unwritten.isEmpty }

    /// Readers of a key that are named; a registry's address may be read by each of a thousand.
    private static let limit = 8

    func write(_ page: inout Markup) {
        page.nest("table", ["class": "context", "role": "table", "aria-labelledby": "context-title"]) { page in
            page.nest("thead", ["role": "rowgroup"]) { page in
                page.nest("tr", ["role": "row"]) { page in
                    // Without any reader known, an empty column would say that nobody reads anything.
                    for title in ["Key", "Value", "Written by", "When"] + (readers.isEmpty ? [] : ["Read by fields"]) {
                        page.element("th", ["scope": "col", "role": "columnheader"], title)
                    }
                }
            }
            page.nest("tbody", ["role": "rowgroup"]) { page in
                for key in unwritten { row(key, &page) }
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
            page.nest("td", ["role": "cell", "class": "writer"]) { page in
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
            readers(of: entry.key, &page)
        }
    }

    private func row(_ unwritten: String, _ page: inout Markup) {
        page.nest("tr", ["role": "row", "class": "unwritten"]) { page in
            page.nest("th", ["scope": "row", "role": "rowheader"]) { $0.element("code", [:], unwritten) }
            page.element("td", ["role": "cell", "class": "value warn"], "not written")
            page.element("td", ["role": "cell", "class": "writer"], "nobody")
            page.element("td", ["role": "cell", "class": "when"], "–")
            readers(of: unwritten, &page)
        }
    }

    private func readers(of key: String, _ page: inout Markup) {
        guard !readers.isEmpty else { return }
        page.nest("td", ["role": "cell", "class": "readers"]) { page in
            guard let found = readers[key] else { return page.element("span", ["class": "quiet"], "none") }
            page.nest("ul", [:]) { page in
                for reader in found.prefix(Self.limit) {
                    page.nest("li", [:]) { page in
                        page.say("\(reader.service) ")
                        for field in reader.fields { page.element("code", [:], field) }
                    }
                }
                if found.count > Self.limit { page.element("li", ["class": "quiet"], "and \(found.count - Self.limit) more services") }
            }
        }
    }
}
