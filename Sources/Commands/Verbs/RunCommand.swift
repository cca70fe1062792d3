import ArgumentParser
import Orchestrator
import Reconciler

struct RunCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a command in a new, one-off container of a service.",
        discussion: """
            The container has the service's image, env, volumes and network, no ports, no entrypoint but the service's own, \
            and is removed at the end. The group's network must be there, as a start makes it. \
            Options of miniboss stand before `--`, or before SERVICE without one. Exits with the command's own exit code.

            Examples:
              miniboss run python-todo -- python -m pytest
            """)
    static let definitionUse = DefinitionUse.required

    @OptionGroup(title: "Shared options") var shared: SharedOptions
    @Argument(help: ArgumentHelp("The service.", valueName: "SERVICE"))
    var service: String
    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("The command and its arguments.", valueName: "CMD"))
    var words: [String] = []

    func perform(_ session: Session) async throws -> Int32 {
        let target = try target(session)
        let known = target.definition?.spec.services.map(\.name) ?? []
        return try await performInContainer(session, target, service: service, words: words, known: known) { setting, command, streams in
            try await runOneOff(setting, service: service, command: command, streams: streams)
        }
    }
}
