import ArgumentParser
import Orchestrator
import Reconciler

struct PostMortemCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "postmortem", abstract: "Explain why a run failed: cause, evidence, what it blocked, what to do.",
        discussion: """
            Without RUN it is the newest one that failed or was cut off. Reads the ledger alone: the engine may be off and the container gone.

            Examples:
              miniboss postmortem
              miniboss postmortem 7 --json
            """)
    static let definitionUse = DefinitionUse.unused

    @Argument(help: ArgumentHelp("The number of a run.", valueName: "RUN"))
    var run: Int?
    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func validate() throws {
        if let run, run < 1 { throw ValidationError("RUN is a number from 1; `miniboss history` lists them.") }
    }

    func perform(_ session: Session) async throws -> Int32 {
        let target = try target(session, mayBeUnstarted: run == nil)
        guard let records = try target.records(session), let number = try run ?? records.newestFailure() else {
            if let run { throw OperationError(.usage, "there is no run \(run)", next: "Group \"\(target.name)\" has no runs yet.") }
            try session.output.line(
                shared.json ? JSON.noPostMortem.text : SafeText.line("\(target.name): no start, stop or reload has failed"))
            try sayIfLost(session, target)
            return 0
        }
        let facts = try records.factsOfRun(number)
        let isAtWork = try records.runsAtWork().contains(number)
        guard let report = PostMortem(facts, earlier: try records.evidence(for: facts), isAtWork: isAtWork) else {
            throw OperationError(.ledger, "run \(number) has no beginning in the ledger", next: "`miniboss doctor` checks the ledger.")
        }
        if shared.json {
            try session.output.line(JSON(report).text)
        } else {
            try session.output.lines(
                PostMortemText(report: report, paint: session.paint, width: session.output.width, address: session.address).full(now: .now))
        }
        return 0
    }
}
