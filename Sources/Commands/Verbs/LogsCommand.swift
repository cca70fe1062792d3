import ArgumentParser
import Glibc
import Orchestrator
import Reconciler

struct LogsCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print the logs of the group's containers.",
        discussion: """
            The group's secrets read ******; control characters are shown as pictures on a terminal.

            Examples:
              miniboss logs
              miniboss logs appdb web --follow
              miniboss logs python-todo --tail 20
            """)
    static let definitionUse = DefinitionUse.ifSound

    @Argument(help: ArgumentHelp("The services; all without any.", valueName: "SERVICE"))
    var services: [String] = []
    @Flag(help: "Go on with lines as they come.")
    var follow = false
    @Option(help: ArgumentHelp("Only the last N lines of each service.", valueName: "N"))
    var tail: Int?
    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func validate() throws {
        if let tail, tail < 0 { throw ValidationError("--tail takes a number from 0.") }
    }

    func perform(_ session: Session) async throws -> Int32 {
        let target = try target(session)
        let known = try target.knownServices(session)
        try checkServiceNames(services, among: known)
        let prefixes = LogPrefixes(services: services.isEmpty ? known : services, all: known, paint: session.paint)
        let isTerminal = session.output.isTerminal
        let output = session.output
        let asJSON = shared.json
        try await followLogs(setting(session, target), services: services, follow: follow, tail: tail) { service, line, isError in
            let text =
                asJSON
                ? JSON.members(["service": .string(service), "stream": isError ? "stderr" : "stdout", "line": .string(line)]).text
                : prefixes.of(service) + (isTerminal ? SafeText.logLine(line) : line)
            do throws(StreamFailure) { try output.line(text) } catch {
                // Nobody reads any more, and there is nothing here to settle.
                _exit(error == .closed ? 0 : 1)
            }
        }
        return 0
    }
}
