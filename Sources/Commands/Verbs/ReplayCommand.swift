import ArgumentParser
import Orchestrator
import Reconciler

struct ReplayCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Show the group as it was at the end of a run, or after any event of it.",
        discussion: """
            Folds the ledger's events up to that one, as the run itself did: services, what their containers still owed, the \
            context, engine calls without an outcome. The seq of each event is in `miniboss history RUN --json`.

            Examples:
              miniboss replay 7
              miniboss replay 7 --until 91
              miniboss replay 7 --until 91 --json
            """)
    static let definitionUse = DefinitionUse.unused

    @Argument(help: ArgumentHelp("The number of a run.", valueName: "RUN"))
    var run: Int
    @Option(help: ArgumentHelp("The event of that run after which the group is shown; the last one without it.", valueName: "SEQ"))
    var until: Int?
    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func perform(_ session: Session) async throws -> Int32 {
        let target = try target(session)
        let records = try target.recordsWithRuns(session, asked: run)
        let facts = try records.factsOfRun(run)
        guard let first = facts.first, let last = facts.last else { return 0 }
        let seq = until ?? last.seq
        guard facts.contains(where: { $0.seq == seq }), let snapshot = try records.snapshot(at: seq) else {
            throw OperationError(
                .usage, "run \(run) has no event \(seq)",
                next: "Its events lie between \(first.seq) and \(last.seq); `miniboss history \(run) --json` lists them.")
        }
        if shared.json {
            try session.output.line(JSON(snapshot).text)
        } else {
            let text = SnapshotText(
                snapshot: snapshot, start: facts.runStart?.fact, paint: session.paint, width: session.output.width)
            try session.output.lines(text.lines(group: target.name, now: .now))
        }
        return 0
    }
}
