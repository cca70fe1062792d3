import ArgumentParser

/// The root of the command line.
struct MinibossCommand: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "miniboss", abstract: "Run a group of dependent Docker services, with a memory.",
        discussion: """
            Services are defined in Miniboss.swift. Everything that happens is in the ledger, so `miniboss postmortem` and
            `miniboss history` can say what happened, why, and what to do, today or next week.

            Examples:
              miniboss init
              miniboss start
              miniboss -f Other.swift status --json
              miniboss postmortem
            """,
        version: version,
        subcommands: [
            InitCommand.self, StartCommand.self, StopCommand.self, ReloadCommand.self, PlanCommand.self, StatusCommand.self,
            HistoryCommand.self, PostMortemCommand.self, ReportCommand.self, DiffCommand.self, ReplayCommand.self, ContextCommand.self,
            LogsCommand.self, ExecCommand.self, RunCommand.self,
            DoctorCommand.self, CompletionsCommand.self,
        ])

    /// - Parameter command: as typed; unknown ones call nobody.
    static func callsEngine(_ command: String?) -> Bool {
        configuration.subcommands.contains { $0.configuration.commandName == command && ($0 as? any Verb.Type)?.callsEngine == true }
    }

    static var verbNames: [String] { configuration.subcommands.compactMap { $0.configuration.commandName } }
}
