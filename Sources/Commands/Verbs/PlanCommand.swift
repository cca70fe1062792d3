import ArgumentParser
import Orchestrator
import Reconciler

struct PlanCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Say what start would do, and why.",
        discussion: """
            Changes nothing. Exits with 2 when there is something to do, with 0 when there is not.

            Examples:
              miniboss plan
              miniboss plan --json
            """)
    static let definitionUse = DefinitionUse.required

    @OptionGroup var choice: StartChoice
    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func perform(_ session: Session) async throws -> Int32 {
        let target = try target(session)
        let plan = try await session.asking { try await planStart(setting(session, target), choice.options(target)) }
        try session.output.write(PlanText(plan: plan, width: session.output.width, json: shared.json, address: session.address).text)
        return plan.isEmpty ? 0 : 2
    }
}
