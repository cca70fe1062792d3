import Reconciler
import Testing

@testable import Report

@Suite("The report's page") struct PageTests {
    private func page(_ run: RunScript, isAtWork: Bool = false) throws -> PageText {
        PageText(text: try #require(RunReport(run.own, earlier: run.facts, isAtWork: isAtWork)).html)
    }

    @Test("B51: without script it tells verdict, cause, evidence, what it blocked and what to do") func readable() throws {
        let html = try page(RunScript.failed())
        let markup = html.markup
        for words in [
            "<title>✘ demo run 7 failed</title>", "api exited with 3 after 0.9 s, while it was being pinged", "exited_nonzero",
            "its process ended by itself (exit code 3: an error of the program&#39;s own)", "KeyError: X",
            "<strong>web</strong> needs api", "waited\u{A0}1.0\u{A0}s for db", "connection refused", "read its last log lines",
            "miniboss start", "20.10.24", "1 started, 1 blocked, 1 failed",
        ] { #expect(markup.has(words), "\(words)") }
    }

    @Test("every link leads to something on the page, no id is there twice, and headings leave no level out") func structure() throws {
        let html = try page(RunScript.failed())
        let ids = matches(html.text, after: " id=\"")
        #expect(Set(ids).count == ids.count)
        for target in matches(html.text, after: "href=\"#") where Int(target.dropFirst()) == nil {
            #expect(ids.contains(target), "\(target)")
        }
        // Events are named by the script.
        #expect(matches(html.text, after: "href=\"#e").allSatisfy { Int($0) != nil || $0 == "vents" })
        var level = 0
        for heading in matches(html.text, after: "<h").compactMap({ Int($0.prefix(1)) }) {
            #expect(heading <= level + 1)
            level = heading
        }
        #expect(html.has("<html lang=\"en\">"))
        #expect(html.has("class=\"skip\""))
    }

    @Test("it asks nothing of any network, and its policy would not let it") func noNetwork() throws {
        let html = try page(RunScript.failed())
        for forbidden in ["http://", "https://", "src=", "@import", "//cdn", "fetch(", "XMLHttpRequest", "WebSocket", "eval(", "innerHTML"]
        {
            #expect(!html.has(forbidden), "\(forbidden)")
        }
        #expect(matches(html.text, after: "<link rel=\"icon\" href=\"") == ["data:,"])
        let policy = try #require(matches(html.text, after: "Content-Security-Policy\" content=\"").first)
        #expect(policy.hasPrefix("default-src &#39;none&#39;; style-src &#39;sha256-"))
        #expect(!policy.contains("unsafe"))
    }

    @Test("B54: a secret of the context stands nowhere in the page") func secrets() throws {
        let html = try page(RunScript.failed())
        #expect(!html.has("hunter2"))
        #expect(html.has("******"))
        #expect(html.has(">42<"))
    }

    private static let hostile =
        "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>\" onload='x' &amp; \u{202E}\u{1B}[31mred\u{0}"

    @Test("B58: hostile text can't leave its place, whatever it is a part of") func hostile() throws {
        let bad = Self.hostile
        var run = RunScript()
        run.start([(bad, []), ("web", [bad])], group: bad, arguments: [bad])
        try run.move(1, bad, .planned, cause: bad)
        try run.move(1, "web", .planned)
        try run.move(2, bad, .createBegan)
        run.add(3, bad, ContextWritten(key: bad, value: .string(bad), secret: false, hook: .preStart))
        run.add(3, bad, PingChanged(attempt: 1, succeeded: false, error: bad))
        run.add(3, bad, DivergenceFound(containerID: bad, differences: [Difference(field: bad, desired: bad, actual: nil)]))
        run.add(3, bad, ContainerExited(containerID: bad, exitCode: 1, oomKilled: false, error: bad, health: [bad]))
        run.add(4, bad, LogsCaptured(containerID: bad, lines: [bad, "two\nlines"]))
        run.add(4, nil, NoteTaken(text: bad))
        let failure = Failure(.engineError, phase: .create, summary: bad, lastPingError: bad, subject: bad, holder: bad)
        try run.move(5, bad, .failed, cause: bad, failure: failure)
        try run.move(6, "web", .blocked, because: [bad])
        run.finish(7, .failed, error: bad)
        let html = try page(run)
        // The page's own three scripts and nothing else.
        #expect(html.text.components(of: "<script").count == 4)
        #expect(html.text.components(of: "</script").count == 4)
        #expect(!html.has("<!--"))
        #expect(!html.has("<img"))
        let markup = html.markup
        #expect(!(markup.has(" onload='") || markup.has("\" onload")))
        #expect(!html.has("&amp;amp;amp;"))
        let control = html.text.unicodeScalars.first { SafeText.isControl($0) && $0 != "\n" && $0 != "\t" }
        #expect(control == nil, "\(String(describing: control?.value))")
    }

    @Test("every kind of run has a page", arguments: [RunOutcome.succeeded, .failed, .interrupted, .crashed])
    func outcomes(outcome: RunOutcome) throws {
        var run = RunScript()
        run.start([("a", []), ("b", ["a"])])
        try run.move(5, "a", .planned)
        try run.move(6, "a", .createBegan)
        run.finish(9_000, outcome, settledBy: outcome == .crashed ? 8 : nil)
        let html = try page(run)
        #expect(html.has(ShownState(RunSummary.Outcome(outcome)).word))
        #expect(html.has("cut off"))
    }

    @Test("a run at work, one without services, and one without an end have a page; facts without a beginning have none")
    func beginnings() throws {
        var run = RunScript()
        run.start([("a", [])])
        try run.move(5, "a", .planned)
        #expect(try page(run, isAtWork: true).has("under way"))
        #expect(try page(run).has("crashed"))
        var empty = RunScript()
        empty.start([])
        empty.finish(1, .succeeded)
        #expect(try page(empty).has("Nothing was to be done."))
        #expect(RunReport(Array(run.facts.dropFirst())) == nil)
    }

    @Test("the timeline stands in the order of dependencies, and says when each was ready") func order() throws {
        var run = RunScript()
        run.start([("web", ["api"]), ("api", ["db"]), ("db", [])])
        for (index, name) in ["db", "api", "web"].enumerated() {
            let begin = Double(index * 100)
            try run.move(begin + 1, name, .planned)
            try run.move(begin + 2, name, .createBegan)
            try run.move(begin + 3, name, .containerCreated)
            try run.move(begin + 4, name, .startBegan)
            try run.move(begin + 5, name, .containerStarted)
            try run.move(begin + 90, name, .pingSucceeded)
        }
        run.finish(400, .succeeded)
        let chart = try #require(page(run).text.components(of: "id=\"chart-rows\"").last?.components(of: "</ol>").first)
        let names = chart.components(of: "data-name=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
        #expect(names == ["db", "api", "web"])
        #expect(chart.components(of: "class=\"ready\"").count == 4)
        #expect(chart.contains("<title>ready at +0.190 s</title>✔"))
    }

    @Test("the context tells which fields name a key, and which keys nobody has written") func readers() throws {
        var run = RunScript()
        run.start(
            [("db", []), ("api", ["db"]), ("web", ["api"])],
            reads: [
                "api": ["env.USER_ID": ["user_id"], "env.URL": ["user_id", "token"], "cmd": ["missing"]], "web": ["image": ["user_id"]],
            ])
        run.add(1, "db", ContextWritten(key: "user_id", value: .int(42), secret: false, hook: .postStart))
        run.add(2, "db", ContextWritten(key: "token", value: .string("hunter2"), secret: true, hook: .postStart))
        run.add(3, "db", ContextWritten(key: "spare", value: .int(1), secret: false, hook: .postStart))
        run.finish(9, .failed)
        let html = try page(run)
        func row(_ key: String) throws -> String {
            String(try #require(html.text.components(of: "role=\"rowheader\"><code>\(key)<").dropFirst().first).components(of: "</tr>")[0])
        }
        #expect(try row("user_id").contains("<li>api <code>env.URL</code><code>env.USER_ID</code></li><li>web <code>image</code></li>"))
        #expect(try row("token").contains("<li>api <code>env.URL</code></li>"))
        #expect(try row("spare").contains(">none<"))
        #expect(try row("missing").contains("not written") && row("missing").contains("<li>api <code>cmd</code></li>"))
        // A ledger that does not say who reads is not taken to say that nobody does.
        #expect(try !page(RunScript.failed()).has("Read by"))
    }

    @Test("of very many failures the first are told at length, the others can be opened") func manyFailures() throws {
        var run = RunScript()
        run.start((0..<40).map { ("s\($0)", []) })
        for number in 0..<40 {
            try run.move(1, "s\(number)", .planned)
            run.add(2, "s\(number)", LogsCaptured(containerID: "c\(number)", lines: (0..<50).map { "line \($0) of \(number)" }))
            try run.move(3, "s\(number)", .failed, container: "c\(number)", failure: Failure(.engineError, phase: .start, summary: "no"))
        }
        run.finish(9, .failed)
        let html = try page(run)
        #expect(html.text.components(of: "<article").count == 4)
        #expect(html.text.components(of: "<details").count == 38)
        let markup = html.markup
        #expect(markup.has("line 0 of 2") && !markup.has("line 0 of 3\n") && markup.has("line 49 of 39"))
        #expect(html.has("\"line 0 of 39\""))
    }
}

/// A page, which no message of a test shows whole.
private struct PageText: CustomTestStringConvertible {
    var text: String
    var testDescription: String { "a page of \(text.utf8.count) bytes" }

    /// What is read where no script runs.
    var markup: PageText { PageText(text: String(text.components(of: "<script")[0])) }

    func has(_ words: String) -> Bool { text.firstRange(of: words) != nil }
}

/// What stands between `prefix` and the next quotation mark or end of a tag, each time.
private func matches(_ text: String, after prefix: String) -> [String] {
    text.components(of: prefix).dropFirst().map { String($0.prefix { $0 != "\"" && $0 != ">" }) }
}

extension StringProtocol where SubSequence == Substring {
    /// The pieces between the places where `separator` stands.
    func components(of separator: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            pieces.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return pieces + [rest]
    }
}
