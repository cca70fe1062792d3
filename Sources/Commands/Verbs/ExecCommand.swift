import ArgumentParser
import Orchestrator
import Reconciler

struct ExecCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "exec", abstract: "Run a command in a service's running container.",
        discussion: """
            Options of miniboss stand before SERVICE. Exits with the command's own exit code. Standard input is passed on, and on a
            terminal the command gets one, too.

            Examples:
              miniboss exec appdb -- psql -U dbuser appdb -c 'select 1'
              miniboss exec appdb -- psql -U dbuser appdb < dump.sql
            """)
    static let definitionUse = DefinitionUse.ifSound

    @OptionGroup(title: "Shared options") var shared: SharedOptions
    @Argument(help: ArgumentHelp("The service.", valueName: "SERVICE"))
    var service: String
    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("The command and its arguments.", valueName: "CMD"))
    var words: [String] = []

    func perform(_ session: Session) async throws -> Int32 {
        let target = try target(session)
        let command = try containerCommand(words, verb: Self.name, service: service)
        try checkServiceNames([service], among: target.knownServices(session))
        let streams = Terminal.streams()
        return try await operate(session, target, progress: shared.progress == .auto ? .quiet : shared.progress) { setting in
            let code = try await Terminal.raw(streams.tty) {
                try await execInService(setting, service: service, command: command, streams: streams)
            }
            return try setting.interruption.unlessInterrupted(code)
        }
    }
}
