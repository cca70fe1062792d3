import FoundationEssentials
import Glibc
import Reconciler
import Testing

@testable import Report

/// One after the other: each has a browser of its own, and one of them measures.
@Suite("The report in a browser", .serialized, .enabled(if: Browser.isWanted, "needs chromium")) struct BrowserTests {
    private func page(_ run: RunScript) throws -> String { try #require(RunReport(run.own, earlier: run.facts)).html }

    /// Events are drawn after the page is.
    private static let drawn =
        "new Promise(done => { const look = () => document.querySelector('.event') ? done() : setTimeout(look, 5); look(); })"

    private func opened(_ run: RunScript, fragment: String = "", width: Int = 1200, isDark: Bool = false) throws -> Browser {
        let browser = try Browser(width: width, isDark: isDark)
        try browser.open(page(run), fragment: fragment)
        _ = try browser.value(Self.drawn)
        return browser
    }

    /// Sections out of view, too.
    private func layOut(_ browser: Browser) throws {
        _ = try browser.value(
            "document.querySelectorAll('section, .chart, .graph, .long').forEach(part => { part.style.contentVisibility = 'visible' })")
    }

    @Test("events, logs and timeline are there, and nothing is logged as an error") func content() throws {
        let run = try RunScript.failed()
        let browser = try opened(run)
        #expect(try browser.value("document.getElementById('event-count').textContent") == "\(run.own.count) events")
        #expect(try browser.value("document.querySelectorAll('.row').length") == "3")
        #expect(try browser.value("document.getElementById('log-lines').textContent").contains("KeyError: X\n✘ exited with 3"))
        #expect(try browser.value("getComputedStyle(document.querySelector('.without-script')).display") == "none")
        #expect(browser.errors == [])
    }

    @Test("the policy holds: a script that came in by other ways does not run") func policy() throws {
        let browser = try Browser()
        try browser.open(page(RunScript.failed()).replacing("</main>", with: "</main><script>document.title = 'broken in'</script>"))
        #expect(try browser.value("document.title") == "✘ demo run 7 failed")
        #expect(browser.errors.contains { $0.contains("Content Security Policy") })
    }

    @Test("filters: service, kind, text, problems, and all again") func filters() throws {
        let run = try RunScript.failed()
        let browser = try opened(run)
        func count() throws -> String { try browser.value("document.getElementById('event-list').getAttribute('aria-rowcount')") }
        func set(_ change: String) throws {
            _ = try browser.value("(() => { \(change); document.getElementById('event-filters').dispatchEvent(new Event('input')); })()")
        }
        try set("document.getElementById('event-service').value = '2'")
        #expect(try count() == String(run.own.count { $0.service == "web" }))
        try set("document.getElementById('event-service').value = 'all'; document.getElementById('event-text').value = 'USER_ID'")
        #expect(try count() == "1")
        #expect(try browser.value("document.querySelector('.event .text').textContent") == "context user_id = 42")
        try set("document.getElementById('event-text').value = ''; document.getElementById('event-problems').checked = true")
        #expect(try count() == "4")
        try set(
            "document.getElementById('event-problems').checked = false; document.querySelectorAll('[name=kind]').forEach(box => { box.checked = box.value === '4' })"
        )
        #expect(try count() == "3")
        _ = try browser.value("document.querySelector('#event-filters button').click(), new Promise(done => setTimeout(done))")
        #expect(try count() == String(run.own.count))
        try set("document.getElementById('event-text').value = 'nowhere'")
        #expect(try browser.value("document.querySelector('.events .none').textContent") == "No event is like that.")
        #expect(browser.errors == [])
    }

    @Test("keys alone: rows of the timeline, their events, and one event after the other") func keyboard() throws {
        let browser = try opened(RunScript.failed())
        _ = try browser.value("document.querySelector('.row').focus()")
        try browser.press("ArrowDown", code: 40)
        #expect(try browser.value("document.activeElement.dataset.service") == "1")
        #expect(try browser.value("document.getElementById('chart-detail').textContent").contains("api: failed; at +2.602 s"))
        try browser.press("End", code: 35)
        #expect(try browser.value("document.activeElement.dataset.service") == "2")
        #expect(try browser.value("document.querySelectorAll('.row[tabindex=\"0\"]').length") == "1")
        try browser.press("Tab", code: 9)
        #expect(try browser.value("document.activeElement.textContent") == "Events of web")
        _ = try browser.value("document.activeElement.click()")
        #expect(try browser.value("document.activeElement.id") == "event-list")
        try browser.press("ArrowDown", code: 40)
        try browser.press("ArrowDown", code: 40)
        let active = try browser.value("document.getElementById('event-list').getAttribute('aria-activedescendant')")
        #expect(try browser.value("document.getElementById('\(active)').getAttribute('aria-selected')") == "true")
        #expect(try browser.value("document.getElementById('event-detail').textContent").contains("needs api"))
        #expect(try browser.value("location.hash") == "#\(active)")
        #expect(browser.errors == [])
    }

    @Test("logs: one, all of them after their services' names, and lines that match an expression") func logs() throws {
        var run = RunScript()
        run.start([("a", []), ("b", [])])
        for name in ["a", "b"] {
            try run.move(1, name, .planned)
            run.add(2, name, LogsCaptured(containerID: "c-\(name)", lines: ["GET /1 200", "GET /2 500", "POST /3 \(name)"]))
            try run.move(3, name, .failed, container: "c-\(name)", failure: Failure(.engineError, phase: .start, summary: "no"))
        }
        run.finish(9, .failed)
        let browser = try opened(run)
        func filter(_ choice: String, _ words: String) throws -> [String] {
            _ = try browser.value(
                "(() => { document.getElementById('log-choice').value = '\(choice)'; document.getElementById('log-text').value = '\(words)';"
                    + " document.getElementById('log-filters').dispatchEvent(new Event('input')); })()")
            return try browser.value("document.getElementById('log-lines').textContent").split(separator: "\n").map(String.init)
        }
        #expect(try filter("1", "/^get .* 5\\\\d\\\\d$/") == ["GET /2 500", "✘ no"])
        #expect(try filter("all", "/3 [ab]$/") == ["a | POST /3 a", "b | POST /3 b"])
        #expect(try filter("all", "✘") == ["a | ✘ no", "b | ✘ no"])
        #expect(try filter("all", "/(/").count == 8)
        #expect(try browser.value("document.getElementById('log-text').getAttribute('aria-invalid')") == "true")
        #expect(try browser.value("document.getElementById('log-count').textContent").contains("the expression is not complete"))
        #expect(browser.errors == [])
    }

    @Test("an expression filters the events, too") func expressions() throws {
        let browser = try opened(RunScript.failed())
        _ = try browser.value(
            "(() => { document.getElementById('event-text').value = '/user_id = \\\\d+$/';"
                + " document.getElementById('event-filters').dispatchEvent(new Event('input')); })()")
        #expect(try browser.value("document.getElementById('event-count').textContent").hasPrefix("1 of "))
    }

    @Test("the graph is one stop of the tab key, and the arrow keys go from box to box") func graphKeys() throws {
        let browser = try opened(RunScript.failed())
        #expect(try browser.value("document.querySelectorAll('.node[tabindex=\"0\"]').length") == "1")
        _ = try browser.value("document.querySelector('.node').focus()")
        func name() throws -> String { try browser.value("document.activeElement.getAttribute('aria-label')") }
        try browser.press("ArrowRight", code: 39)
        #expect(try name() == "api: failed; needs db")
        try browser.press("ArrowRight", code: 39)
        try browser.press("ArrowRight", code: 39)
        #expect(try name() == "web: blocked; needs api")
        try browser.press("ArrowLeft", code: 37)
        #expect(try name() == "api: failed; needs db")
        #expect(try browser.value("document.querySelectorAll('.node[tabindex=\"0\"]').length") == "1")
        #expect(browser.errors == [])
    }

    @Test("a link to an event opens the page at it") func permalink() throws {
        let browser = try opened(RunScript.large(services: 20, events: 3_000), fragment: "#e2345")
        #expect(try browser.value("document.querySelector('[aria-selected=true]').id") == "e2345")
        #expect(try browser.value("document.getElementById('event-detail').textContent").hasPrefix("#e2345"))
        #expect(browser.errors == [])
    }

    @Test("what does not fit into 400 pixels scrolls in its own place, in both colour schemes", arguments: [false, true])
    func narrow(isDark: Bool) throws {
        let browser = try opened(RunScript.failed(after: RunScript.worked(6)), width: 400, isDark: isDark)
        try layOut(browser)
        #expect(try browser.value("document.documentElement.scrollWidth <= document.documentElement.clientWidth") == "true")
        #expect(try browser.value("getComputedStyle(document.body).backgroundColor") == (isDark ? "rgb(15, 18, 20)" : "rgb(250, 250, 249)"))
    }

    @Test("all text has the contrast that WCAG 2.2 asks for", arguments: [false, true]) func contrast(isDark: Bool) throws {
        let browser = try opened(RunScript.failed(after: RunScript.worked(6)), isDark: isDark)
        try layOut(browser)
        let poor = try browser.value(
            """
            (() => {
                const parts = (text) => text.match(/[\\d.]+/g).map(Number);
                const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
                const behind = (element) => {
                    for (let e = element; e; e = e.parentElement) {
                        const colour = parts(getComputedStyle(e).backgroundColor);
                        if (colour[3] === undefined || colour[3] > 0.99) return colour;
                    }
                };
                const poor = new Set();
                for (const element of document.querySelectorAll('body *:not(svg, svg *, script, option)')) {
                    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
                    if (!element.checkVisibility()) continue;
                    const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
                    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                    if (ratio < 4.5) poor.add(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
                }
                return [...poor].join('\\n');
            })()
            """)
        #expect(poor == "")
    }

    @Test("1,000 services and 100,000 events open about as fast as a page of that size can") func large() throws {
        let run = try RunScript.large(services: 1_000, events: 100_000)
        let html = try page(run)
        // Data of the same size, read by the simplest script, and nothing drawn of it.
        let filler =
            "[" + Array(repeating: "\"0123456789012345678901234567890123456789\"", count: html.utf8.count / 43).joined(separator: ",") + "]"
        let trivial = """
            <!DOCTYPE html><p class="event">x</p><script type="application/json" id="d">\(filler)</script>
            <script>document.querySelector('p').textContent = JSON.parse(document.getElementById('d').textContent).length</script>
            """
        let browser = try Browser()
        func seconds(_ html: String) throws -> (loaded: Double, drawn: Double) {
            try browser.open(html)
            let drawn = try browser.value(
                "\(Self.drawn).then(() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now())))))")
            let loaded = try browser.value("performance.getEntriesByType('navigation')[0].loadEventStart")
            return (try #require(Double(loaded)) / 1000, try #require(Double(drawn)) / 1000)
        }
        // The first page of a browser pays for its start.
        _ = try seconds(trivial)
        let least = try (0..<3).map { _ in try seconds(trivial).drawn }.min() ?? 0
        let ours = try (0..<3).map { _ in try seconds(html) }
        let best = ours.map(\.drawn).min() ?? .infinity
        print(
            "report: \(html.utf8.count / 1024) KiB; load event \(ours.map(\.loaded)) s, events drawn \(ours.map(\.drawn)) s, trivial \(least) s"
        )
        #expect(best < least * 10)
        #expect(try browser.value("document.getElementById('event-count').textContent") == "100,000 events")
        #expect(try browser.value("document.querySelectorAll('.event').length < 100") == "true")
        _ = try browser.value("(() => { const list = document.getElementById('event-list'); list.scrollTop = list.scrollHeight; })()")
        try browser.press("Tab", code: 9)
        #expect(
            try browser.value(
                "new Promise(done => requestAnimationFrame(() => setTimeout(() => done([...document.querySelectorAll('.event')].at(-1).getAttribute('aria-rowindex')))))"
            ) == "100000")
        #expect(browser.errors == [])
    }
}

extension Browser {
    /// Whether to test with it: always where tests must not be skipped, else where it is installed.
    static var isWanted: Bool {
        let settings = ProcessInfo.processInfo.environment
        if settings["MINIBOSS_REQUIRE_ENGINE"] == "1" || settings["CI"] != nil { return true }
        return (settings["PATH"] ?? "").split(separator: ":").contains { access("\($0)/chromium", X_OK) == 0 }
    }
}
