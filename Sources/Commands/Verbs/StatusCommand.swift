import ArgumentParser
import Orchestrator
import Reconciler

struct StatusCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the desired group beside the actual one.",
        discussion: """
            Examples:
              miniboss status
              miniboss status --json
            """)
    static let definitionUse = DefinitionUse.required

    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func perform(_ session: Session) async throws -> Int32 {
        let target = try target(session)
        let statuses = try await session.asking { try await observeStatus(setting(session, target)) }
        guard !shared.json else {
            try session.output.line(JSON.array(statuses.map(JSON.init)).lines)
            return 0
        }
        try session.output.lines(
            StatusText(statuses: statuses, paint: session.paint, width: session.output.width, address: session.address).lines)
        return 0
    }
}
