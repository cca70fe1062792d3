import ArgumentParser
import Orchestrator
import Reconciler

struct ReloadCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Build a service's image, then replace its container.",
        discussion: """
            A build that fails leaves the old container running. Dependents are stopped before and started after it.

            Examples:
              miniboss reload python-todo
              miniboss reload python-todo --no-dependents
            """)
    static let definitionUse = DefinitionUse.required
    static let runsHooks = true

    @Argument(help: ArgumentHelp("The service to build and replace.", valueName: "SERVICE"))
    var service: String
    @Option(help: ArgumentHelp("The network the group was started with.", valueName: "NAME"))
    var networkName: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Seconds a container has to end by itself (50), each hook has, and the service has to become ready (300).",
            valueName: "SECONDS"))
    var timeout: Double?
    @Flag(help: "Give the dependents new containers, too.")
    var remove = false
    @Flag(help: "Leave dependents running.")
    var noDependents = false
    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func validate() throws {
        if let timeout { try checkTimeout(timeout) }
        try checkNetworkName(networkName)
    }

    func perform(_ session: Session) async throws -> Int32 {
        let target = try target(session)
        try checkServiceNames([service], among: target.definition?.spec.services.map(\.name) ?? [])
        let options = ReloadOptions(
            service: service, network: networkName, timeout: timeout ?? 50, hookTimeout: timeout ?? 300, remove: remove,
            withDependents: !noDependents)
        let end = try await operate(session, target, progress: shared.progress, remembering: true) {
            try await reloadService($0, options)
        }
        return try conclude(end, session, target)
    }
}
