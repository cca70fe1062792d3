import FoundationEssentials
import Reconciler
import Testing

@testable import Commands
@testable import Orchestrator

@Suite("docs/reference.md") struct ReferenceTests {
    /// What stands there between backquotes, word by word.
    private static let words: Set<Substring> = {
        let path = String(#filePath.split(separator: "/Tests/").first ?? "") + "/docs/reference.md"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let quoted = text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { !$0.offset.isMultiple(of: 2) }
        return Set(quoted.flatMap { $0.element.split { $0 == " " || $0 == "\n" } })
    }()

    private func expectNamed(_ names: [String]) {
        let missing = names.filter { !Self.words.contains(Substring($0)) }
        #expect(!names.isEmpty && missing.isEmpty, "not in docs/reference.md: \(missing)")
    }

    @Test("every type, class, phase, state, step and outcome is there") func vocabulary() {
        expectNamed(EventCatalog.bodies.map { $0.type })
        expectNamed(FailureClass.allCases.map(\.rawValue))
        expectNamed(FailurePhase.allCases.map(\.rawValue))
        expectNamed(ServicePhase.allCases.map(\.rawValue))
        expectNamed(StepKind.allCases.map(\.rawValue))
        expectNamed(RunSummary.Outcome.allCases.map(\.rawValue))
        expectNamed(ServiceResult.Outcome.allCases.map(\.rawValue))
    }

    @Test("every key of what commands print is there") func keys() throws {
        var log = FactScript()
        log.start([("db", []), ("app", ["db"])])
        try log.startNew(0, 400, "db")
        try log.move(401, "app", .planned)
        log.create(401, "app")
        try log.move(402, "app", .createBegan, .containerCreated, .startBegan, .containerStarted)
        log.add(500, "app", PingChanged(attempt: 1, succeeded: false, error: "refused"))
        try log.move(
            900, "app", .failed, failure: Failure(.exitedNonzero, phase: .ping, summary: "exited with 1", exitCode: 1, seconds: 0.5))
        log.finish(910, .failed)
        let summary = try #require(RunSummary(log.facts, isAtWork: false))
        let report = try #require(PostMortem(log.facts, earlier: []))
        let step = PlanStep(
            id: 1, kind: .createContainer, service: "db", cause: "c", after: [], target: .newContainer(name: "n"),
            early: EarlyBeginning(keys: ["k"], after: []))
        let status = ServiceStatus(
            service: "db", state: "running", desired: "running", containerID: nil, containerName: nil, image: "i",
            ports: [PortMapping(container: 80, host: 8080)], differences: [Difference(field: "image", desired: "a", actual: "b")],
            reason: "r")
        let refusal = JSON(refusal: OperationError(.usage, "no"))
        let printed = [
            JSON(summary), JSON(report), JSON(step), JSON(status), refusal, DoctorFinding("engine", .good, "well").json,
            JSON(try #require(log.facts.last), isCritical: true),
        ].map(\.text)
        let keys = printed.flatMap { text in text.matches(of: /"([a-z_]+)":/).map { String($0.output.1) } }
        expectNamed(keys)
    }
}
