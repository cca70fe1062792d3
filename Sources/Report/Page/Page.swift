import Reconciler

/// The frame: head, sections in the order in which they are asked for, data, script.
struct Page {
    let content: ReportContent

    private static let style = String(decoding: PackageResources.report_css, as: UTF8.self)
    private static let script = String(decoding: PackageResources.report_js, as: UTF8.self)

    var text: String {
        var page = Markup()
        page.verbatim("<!DOCTYPE html>\n<html lang=\"en\">\n")
        page.nest("head", [:], head)
        page.verbatim("\n")
        page.nest("body", [:], body)
        page.verbatim("\n</html>\n")
        return page.text
    }

    private var title: String {
        let state = ShownState(content.summary.outcome)
        return "\(state.sign) \(content.summary.group) run \(content.run) \(state.word)"
    }

    private func head(_ page: inout Markup) {
        page.open("meta", ["charset": "utf-8"])
        page.open("meta", ["http-equiv": "Content-Security-Policy", "content": ContentPolicy.text(style: Self.style, script: Self.script)])
        page.open("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        page.open("meta", ["name": "color-scheme", "content": "light dark"])
        page.open("meta", ["name": "referrer", "content": "no-referrer"])
        page.open("link", ["rel": "icon", "href": "data:,"])
        page.element("title", [:], title)
        page.verbatim("<style>\(Self.style)</style>")
    }

    private func body(_ page: inout Markup) {
        let sections: [any Section] =
            ([
                CauseSection(content: content), ChartSection(content: content), CompareSection(content: content),
                GraphSection(content: content), ServicesSection(content: content), EventsSection(content: content),
                ContextSection(content: content), LogsSection(content: content),
            ] as [any Section]).filter(\.hasContent)
        page.element("a", ["class": "skip", "href": "#main"], "Skip to the report")
        page.nest("header", ["class": "verdict"]) { VerdictStrip(content: content).write(&$0) }
        page.nest("nav", ["aria-label": "Sections"]) { page in
            page.nest("ul", [:]) { page in
                for section in sections {
                    page.nest("li", [:]) { $0.element("a", ["href": "#\(section.id)"], section.title) }
                }
            }
        }
        page.verbatim("\n")
        page.nest("main", ["id": "main", "tabindex": "-1"]) { page in
            for section in sections {
                page.nest("section", ["id": "\(section.id)", "aria-labelledby": "\(section.id)-title"]) { page in
                    page.element("h2", ["id": "\(section.id)-title"], section.title)
                    section.write(&page)
                }
                page.verbatim("\n")
            }
        }
        page.nest("footer", [:]) { page in
            page.prose("Written by miniboss from its ledger. `miniboss history \(content.run)` prints the same events.")
        }
        // The page is drawn before the long part of it is read.
        page.verbatim("\n<script type=\"application/json\" id=\"data\">\(PageData(content: content).small)</script>\n")
        page.verbatim("<script type=\"application/json\" id=\"event-data\">\(PageData(content: content).events)</script>\n")
        page.verbatim("<script>\(Self.script)</script>")
    }
}

/// A part of the page with a heading of its own.
protocol Section {
    /// Names it in links.
    var id: StaticString { get }
    var title: String { get }
    /// A section without content is left out.
    var hasContent: Bool { get }
    func write(_ page: inout Markup)
}

extension Section {
    var hasContent: Bool { true }
}
