import ArgumentParser
import Orchestrator
import Reconciler

struct StartCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start the group: whatever is missing, stopped or not as defined.",
        discussion: """
            Services that run as defined are left alone. A service starts when all its dependencies are running.

            Examples:
              miniboss start
              miniboss start --exclude web,worker
              miniboss start --only appdb --timeout 30
              miniboss start --dry-run
            """)
    static let definitionUse = DefinitionUse.required
    static let runsHooks = true

    @OptionGroup var choice: StartChoice
    @Option(parsing: .unconditional, help: ArgumentHelp("Seconds for each hook, and for a service to become ready.", valueName: "SECONDS"))
    var timeout: Double = 300
    @Flag(help: "Keep the container of a service that failed, for looking into.")
    var keepFailed = false
    @Flag(help: "Print the plan and do nothing.")
    var dryRun = false
    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func validate() throws { try checkTimeout(timeout) }

    func perform(_ session: Session) async throws -> Int32 {
        let target = try target(session)
        let options = try choice.options(target, timeout: timeout, keepFailed: keepFailed)
        if dryRun {
            let plan = try await session.asking { try await planStart(setting(session, target), options) }
            try session.output.write(PlanText(plan: plan, width: session.output.width, json: shared.json, address: session.address).text)
            return 0
        }
        let end = try await operate(session, target, progress: shared.progress, remembering: true) { try await startGroup($0, options) }
        return try conclude(end, session, target)
    }
}
