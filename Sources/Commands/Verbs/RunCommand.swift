import ArgumentParser
import Orchestrator
import Reconciler

struct RunCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a command in a new, one-off container of a service.",
        discussion: """
            The container has the service's image, env, volumes and network, no ports, and is removed at the end.
            Options of miniboss stand before SERVICE. Exits with the command's own exit code.

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
        let command = try containerCommand(words, verb: Self.name, service: service)
        try checkServiceNames([service], among: target.definition?.spec.services.map(\.name) ?? [])
        let streams = Terminal.streams()
        return try await operate(session, target, progress: shared.progress == .auto ? .quiet : shared.progress) { setting in
            let code = try await Terminal.raw(streams.tty) {
                try await runOneOff(setting, service: service, command: command, streams: streams)
            }
            return try setting.interruption.unlessInterrupted(code)
        }
    }
}
