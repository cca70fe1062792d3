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
            let plan = try await planStart(setting(session, target), options)
            try session.output.write(PlanText(plan: plan, width: session.output.width, json: shared.json).text)
            return 0
        }
        let end = try await operate(session, target, progress: shared.progress, remembering: true) { try await startGroup($0, options) }
        return try conclude(end, session, target)
    }
}

/// Which services a start is about.
struct StartChoice: ParsableArguments {
    @Option(help: ArgumentHelp("Services to leave out; nothing else may depend on them.", valueName: "a,b"))
    var exclude: [String] = []
    @Option(help: ArgumentHelp("Only these services and what they depend on.", valueName: "a,b"))
    var only: [String] = []
    @Option(help: ArgumentHelp("The network to use instead of miniboss-GROUP.", valueName: "NAME"))
    var networkName: String?

    func validate() throws { try checkNetworkName(networkName) }

    func options(_ target: GroupTarget, timeout: Double = 300, keepFailed: Bool = false) throws(OperationError) -> StartOptions {
        let known = target.definition?.spec.services.map(\.name) ?? []
        let exclude = commaSeparated(exclude)
        let only = commaSeparated(only)
        try checkServiceNames(exclude, among: known, option: "--exclude")
        try checkServiceNames(only, among: known, option: "--only")
        if only.isEmpty, !self.only.isEmpty {
            throw OperationError(.usage, "--only names no service", next: "Leave it out to start all of them.")
        }
        return StartOptions(exclude: exclude, only: only, network: networkName, timeout: timeout, keepFailed: keepFailed)
    }
}

/// - Throws: for a name that the engine would refuse.
func checkNetworkName(_ name: String?) throws {
    guard let name else { return }
    if ["host", "none", "bridge", "default"].contains(name) {
        throw ValidationError("--network-name can't be \(name): services find each other by name only on a network of their own.")
    }
    guard name.wholeMatch(of: /[a-zA-Z0-9][a-zA-Z0-9_.-]*/) == nil else { return }
    throw ValidationError("--network-name takes letters, digits, '_', '.' and '-', a letter or digit first; not \"\(name)\".")
}

func checkTimeout(_ seconds: Double) throws {
    guard seconds > 0, seconds.isFinite else { throw ValidationError("--timeout takes seconds, more than 0; for example --timeout 30.") }
}
