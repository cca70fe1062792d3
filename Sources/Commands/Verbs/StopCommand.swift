import ArgumentParser
import Orchestrator

struct StopCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop the group, dependents before what they depend on.",
        discussion: """
            Works without a usable definition, too: the ledger knows what was started.

            Examples:
              miniboss stop
              miniboss stop --exclude appdb
              miniboss stop --remove
            """)
    static let definitionUse = DefinitionUse.ifSound
    static let runsHooks = true

    @Option(help: ArgumentHelp("Services to leave running; nothing they depend on may be stopped.", valueName: "a,b"))
    var exclude: [String] = []
    @Flag(help: "Also remove the containers with their unnamed volumes; and, when nothing is excluded, the network and the context.")
    var remove = false
    @Option(help: ArgumentHelp("The network the group was started with.", valueName: "NAME"))
    var networkName: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Seconds a container has to end by itself before it is killed, and a hook before it is given up.", valueName: "SECONDS"))
    var timeout: Double = 50
    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func validate() throws {
        try checkTimeout(timeout)
        try checkNetworkName(networkName)
    }

    func perform(_ session: Session) async throws -> Int32 {
        let target = try target(session)
        let exclude = commaSeparated(exclude)
        if !exclude.isEmpty { try checkServiceNames(exclude, among: target.knownServices(session), option: "--exclude") }
        let options = StopOptions(exclude: exclude, remove: remove, network: networkName, timeout: timeout)
        let end = try await operate(session, target, progress: shared.progress) { try await stopGroup($0, options) }
        return try conclude(end, session, target)
    }
}
