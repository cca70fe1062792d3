import Reconciler
import Testing

@testable import Report

@Suite("The report beside earlier runs") struct CompareTests {
    /// Three runs that worked, in which `db` was pinged 0.1, 0.2 and 0.9 s, and one that failed after them.
    private func history() throws -> RunScript {
        let first = try RunScript.worked(3, pinging: 100)
        let second = try RunScript.worked(4, pinging: 900, after: first)
        return try RunScript.failed(after: RunScript.worked(6, pinging: 200, after: second))
    }

    private func page(_ run: RunScript) throws -> String { try #require(RunReport(run.own, earlier: run.facts)).html }

    /// The cells of the row of a phase in the comparison of a service.
    private func cells(_ page: String, _ service: String, _ phase: String) throws -> [String] {
        let table = try #require(page.components(of: "class=\"who\">\(service) <").dropFirst().first)
        let body = table.components(of: "</tbody>")[0]
        let row = try #require(body.components(of: "role=\"rowheader\">\(phase)</th>").dropFirst().first)
        return row.components(of: "</tr>")[0].components(of: "<td").dropFirst().map { cell in
            String(cell.drop { $0 != ">" }.dropFirst().prefix { $0 != "<" })
        }
    }

    @Test("each phase stands beside the last run that worked and the median, and the difference is said in words") func phases() throws {
        let page = try page(history())
        #expect(
            page.contains(
                "Run 6 is the last <code>start</code> before this one that worked and had something to do. Usual is the median of 3 such runs."
            ))
        #expect(try cells(page, "db", "ping") == ["1.0 s", "0.2 s", "0.2 s", "0.8 s longer"])
        #expect(try cells(page, "db", "create") == ["40 ms", "40 ms", "40 ms", "as usual"])
        #expect(try cells(page, "db", "ready in") == ["1.4 s", "0.6 s", "0.6 s", "0.8 s longer"])
        #expect(try cells(page, "api", "ping") == ["0.9 s", "0.9 s", "0.9 s", "ended before it was done"])
        #expect(try cells(page, "api", "ready in") == ["–", "1.3 s", "1.3 s", "never ready in this run"])
        #expect(!page.contains("class=\"who\">web <"))
        #expect(try cells(page, "api", "pull") == ["0.4 s", "–", "–", "not done before"])
    }

    @Test("the head of the page names what was slower, and what the whole run took before") func head() throws {
        let head = try page(history()).components(of: "<main")[0]
        #expect(head.contains("2.6 s; run 6, which worked, 2.3 s; usual 2.3 s"))
        #expect(head.contains("<strong>db</strong> ready in 1.4 s, usual 0.6 s"))
        // That it waited for db is db's doing.
        #expect(!head.contains("<strong>api</strong>"))
    }

    @Test("what took no longer than chance is not called slower") func usual() throws {
        let run = try RunScript.worked(7, pinging: 230, after: RunScript.worked(6, pinging: 200))
        let page = try page(run)
        #expect(page.contains("Every service took as long as usual."))
        #expect(!page.contains("Slower than usual"))
        #expect(page.contains("<summary>3 services as usual</summary>"))
        #expect(page.contains("There is no other to tell what is usual."))
    }

    @Test("runs that failed, found all running, or are of another command are no measure") func incomparable() throws {
        var earlier = try RunScript.failed()
        var warm = RunScript(run: 8, after: earlier)
        warm.start([("db", []), ("api", ["db"]), ("web", ["api"])])
        for name in ["db", "api", "web"] { try warm.move(5, name, .foundRunning) }
        warm.finish(9, .succeeded)
        earlier = warm
        let run = try RunScript.worked(9, after: earlier)
        #expect(try !page(run).contains("id=\"compared\""))
        #expect(try !page(RunScript.worked(9)).contains("id=\"compared\""))
    }

    @Test("of very many services the first that differ are told, and where to find the others") func many() throws {
        func run(_ number: Int, _ ping: Double, after earlier: RunScript?) throws -> RunScript {
            var run = RunScript(run: number, after: earlier)
            run.start((0..<100).map { ("s\($0)", []) })
            for index in 0..<100 {
                try run.move(1, "s\(index)", .planned)
                try run.move(2, "s\(index)", .createBegan)
                try run.move(3, "s\(index)", .containerCreated)
                try run.move(4, "s\(index)", .startBegan)
                try run.move(5, "s\(index)", .containerStarted)
                try run.move(5 + ping, "s\(index)", .pingSucceeded)
            }
            run.finish(20 + ping, .succeeded)
            return run
        }
        let page = try page(run(7, 900, after: run(6, 100, after: nil)))
        #expect(page.components(of: "class=\"who\"").count == 61)
        #expect(page.contains("40 more are not shown; <code>miniboss diff 6 7</code> prints them."))
    }

    @Test("a service's row tells image id, ports, and what of its definition changed since it last ran") func definition() throws {
        let earlier = try RunScript.worked(6)
        var run = RunScript(run: 7, after: earlier)
        run.start([("db", [])])
        try run.move(1, "db", .planned)
        run.make(
            2, "db", env: ["MODE": "strict", "KEY": EnvironmentValue("hunter2", isSecret: true)],
            ports: [PortMapping(container: 80, host: 8_000)], imageID: "sha256:\(String(repeating: "b", count: 64))")
        try run.move(2, "db", .createBegan)
        try run.move(3, "db", .containerCreated)
        try run.move(4, "db", .startBegan)
        try run.move(5, "db", .containerStarted)
        try run.move(6, "db", .pingSucceeded)
        run.finish(9, .succeeded)
        let page = try page(run)
        let row = try #require(page.components(of: "id=\"service-0\"").last?.components(of: "</tr>").first.map(String.init))
        #expect(row.contains("<p>changed since run 6, in which it worked:</p>") && row.contains("<code>env.MODE</code> <span"))
        #expect(row.contains("<del><code>lenient</code></del>") && row.contains("<ins><code>strict</code></ins>"))
        #expect(row.contains("<code>image id</code>") && row.contains(">bbbbbbbbbbbb</code>, changed"))
        #expect(row.contains("8000 on the host for 80"))
        #expect(!page.contains("hunter2"))
    }
}
