import ArgumentParser
import Glibc
import Orchestrator
import Reconciler

struct HistoryCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List the runs, or tell the story of one.",
        discussion: """
            Reads the ledger alone: no engine and no definition is needed, and it never waits for a run at work. \
            In the story of a run, ▸ marks what the whole start waited for: its critical path. \
            With --service or --type it has the kept log lines, too.

            Examples:
              miniboss history
              miniboss history --since 2h
              miniboss history --since yesterday --service appdb
              miniboss history 7
              miniboss history 7 --service appdb --type service.state_changed
              miniboss history --json --limit 1
            """)
    static let definitionUse = DefinitionUse.unused

    @Argument(help: ArgumentHelp("The number of a run.", valueName: "RUN"))
    var run: Int?
    @Option(help: ArgumentHelp("Only what concerns this service.", valueName: "SERVICE"))
    var service: String?
    @Option(help: ArgumentHelp("How many runs to list; 20, or with --since all.", valueName: "N"))
    var limit: Int?
    @Option(help: ArgumentHelp("Only runs since then: \(SinceMoment.forms).", valueName: "WHEN"))
    var since: String?
    @Option(help: ArgumentHelp("Only events of this type, with a RUN.", valueName: "TYPE"))
    var type: [String] = []
    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1.") }
        if let run, run < 1 { throw ValidationError("RUN is a number from 1; `miniboss history` lists them.") }
        if run != nil, limit != nil { throw ValidationError("--limit chooses among runs; a RUN's events have --service and --type.") }
        if run != nil, since != nil { throw ValidationError("--since chooses among runs; a RUN's events have --service and --type.") }
        if run == nil, !type.isEmpty { throw ValidationError("--type chooses among the events of a RUN: miniboss history 7 --type …") }
        let types = EventCatalog.bodies.map { $0.type }
        for asked in commaSeparated(type) where !types.contains(asked) {
            let hint = nearestName(to: asked, among: types).map { "Did you mean \"\($0)\"?" } ?? "Types: \(types.joined(separator: ", "))"
            throw ValidationError("There is no event type \"\(asked)\". \(hint)")
        }
    }

    func perform(_ session: Session) async throws -> Int32 {
        let moment = try since.map { try SinceMoment($0, now: time(nil)).text }
        let target = try target(session, mayBeUnstarted: run == nil)
        guard let records = try target.records(session) else { return try nothing(session, target) }
        if let service, try records.newestRuns(of: service, limit: 1).isEmpty {
            try checkServiceNames([service], among: target.knownServices(session), option: "--service")
        }
        let text = HistoryText(paint: session.paint, width: session.output.width)
        if let run {
            let types = Set(commaSeparated(type))
            let facts = try records.factsOfRun(run)
            let isShown = { (fact: RecordedFact) in
                (service == nil || fact.service == service) && (types.isEmpty || types.contains(Swift.type(of: fact.event.body).type))
            }
            if shared.json {
                let path = CriticalPath(facts)
                try session.output.line(JSON.array(facts.filter(isShown).map { JSON($0, isCritical: path.contains($0)) }).lines)
            } else {
                try session.output.lines(text.story(facts, showsLogs: service != nil || !types.isEmpty, where: isShown))
            }
            return 0
        }
        let runs = try records.summaries(limit: limit ?? (since == nil ? 20 : nil), service: service, since: moment)
        if shared.json {
            try session.output.line(JSON.array(runs.map(JSON.init)).lines)
        } else if runs.isEmpty {
            return try nothing(session, target)
        } else {
            try session.output.lines(text.table(runs, now: .now))
        }
        return 0
    }

    private func nothing(_ session: Session, _ target: GroupTarget) throws -> Int32 {
        if let run { throw OperationError(.usage, "there is no run \(run)", next: "Group \"\(target.name)\" has no runs yet.") }
        let words = "no runs" + (service.map { " of \($0)" } ?? "") + (since.map { " since \($0)" } ?? (service == nil ? " yet" : ""))
        try session.output.line(shared.json ? "[]" : SafeText.line("\(target.name): \(words)"))
        try sayIfLost(session, target)
        return 0
    }
}
