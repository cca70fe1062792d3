import ArgumentParser
import Orchestrator
import Reconciler
import Report

struct ReportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write one run as one HTML file: why it failed, timeline, graph, events, logs.",
        discussion: """
            Without RUN it is the newest one that failed, else the newest. The file needs no network and nothing beside it. Reads the \
            ledger alone: the engine may be off, and the definition broken or gone.

            Examples:
              miniboss report
              miniboss report 7 -o run-7.html
              miniboss report -o - > "$CI_ARTIFACTS/run.html"
            """)
    static let definitionUse = DefinitionUse.unused

    @Argument(help: ArgumentHelp("The number of a run.", valueName: "RUN"))
    var run: Int?
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Where the page is written; - is standard output.", valueName: "FILE"), completion: .file(extensions: ["html"]))
    var output = "report.html"
    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func validate() throws {
        if let run, run < 1 { throw ValidationError("RUN is a number from 1; `miniboss history` lists them.") }
        if output.isEmpty { throw ValidationError("-o takes the path of a file, or - for standard output.") }
        if output == "-", shared.json { throw ValidationError("--json and -o - both want standard output; name a file with -o FILE.") }
    }

    func perform(_ session: Session) async throws -> Int32 {
        let target = try target(session)
        guard let records = try target.records(session), let number = try run ?? chosen(records) else {
            throw OperationError(
                .usage, run.map { "there is no run \($0)" } ?? "there is no run to report on",
                next: "Group \"\(target.name)\" has no runs yet.")
        }
        let page = try page(of: number, records)
        if output == "-" {
            try session.output.write(page)
            return 0
        }
        let path = output.hasPrefix("/") ? output : "\(session.currentDirectory)/\(output)"
        do { try ReplacedFile(path: path).write(page) } catch {
            throw OperationError(
                .failed, "can't write \(path): \(error.reason)", next: "Name another place with -o FILE; -o - writes to standard output.")
        }
        try session.output.line(
            shared.json ? JSON.members(["path": .string(path), "run": .int(number)]).text : SafeText.line(path))
        return 0
    }

    private func chosen(_ records: GroupRecords) throws -> Int? {
        try records.newestFailure() ?? records.newestRuns(limit: 1).first
    }

    private func page(of run: Int, _ records: GroupRecords) throws -> String {
        let facts = try records.factsOfRun(run)
        let isAtWork = try records.runsAtWork().contains(run)
        var earlier = Dictionary(try records.evidence(for: facts).map { ($0.seq, $0) }, uniquingKeysWith: { first, _ in first })
        for fact in try records.comparableRuns(to: facts) + records.specEvidence(for: facts) + records.contextEvidence(before: run) {
            earlier[fact.seq] = fact
        }
        guard let report = RunReport(facts, earlier: earlier.values.sorted { $0.seq < $1.seq }, isAtWork: isAtWork) else {
            throw OperationError(.ledger, "run \(run) has no beginning in the ledger", next: "`miniboss doctor` checks the ledger.")
        }
        return report.html
    }
}
