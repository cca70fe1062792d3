import ArgumentParser
import Orchestrator
import Reconciler

struct DiffCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Say what differs between two runs: definition, env, images, outcomes, durations.",
        discussion: """
            Reads the ledger alone. Only what differs is shown; secrets read ******.

            Examples:
              miniboss diff 6 7
              miniboss diff 6 7 --json
            """)
    static let definitionUse = DefinitionUse.unused

    @Argument(help: ArgumentHelp("The number of the run to begin with.", valueName: "RUN"))
    var first: Int
    @Argument(help: ArgumentHelp("The number of the run beside it.", valueName: "RUN"))
    var second: Int
    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func perform(_ session: Session) async throws -> Int32 {
        let target = try target(session)
        let records = try target.recordsWithRuns(session, asked: first)
        var facts: [RecordedFact] = []
        for run in Set([first, second]) { facts += try records.factsOfRun(run) }
        // A container may be older than the run that found it.
        let earlier = try records.facts(types: [StepIntended.type]).filter {
            $0.run < max(first, second) && $0.run != first && $0.run != second
        }
        facts = (facts + earlier).sorted { $0.seq < $1.seq }
        guard let comparison = RunComparison(first, second, in: facts, atWork: try records.runsAtWork()) else {
            throw OperationError(
                .ledger, "run \(first) or \(second) has no beginning in the ledger", next: "`miniboss doctor` checks the ledger.")
        }
        if shared.json {
            try session.output.line(JSON(comparison).text)
        } else {
            try session.output.lines(ComparisonText(comparison: comparison, width: session.output.width).lines(now: .now))
        }
        return 0
    }
}
