import ArgumentParser
import Orchestrator
import Reconciler

struct ExecCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "exec", abstract: "Run a command in a service's running container.",
        discussion: """
            Options of miniboss stand before `--`, or before SERVICE without one. Exits with the command's own exit code. \
            Standard input is passed on, and on a terminal the command gets one, too.

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
        let known = try target.knownServices(session)
        return try await performInContainer(session, target, service: service, words: words, known: known) { setting, command, streams in
            try await execInService(setting, service: service, command: command, streams: streams)
        }
    }
}
