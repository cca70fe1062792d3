import ArgumentParser

/// The root of the command line.
struct MinibossCommand: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "miniboss", abstract: "Run a group of dependent Docker services, with a memory.",
        usage: "miniboss [FILE.swift] COMMAND [-f FILE] [--group NAME] [--json] [--progress auto|tty|plain|json|quiet]",
        discussion: """
            Services are defined in Miniboss.swift, here or in the nearest parent directory. Everything that happens is in the \
            ledger, so `miniboss postmortem` and `miniboss history` can say what happened, why, and what to do, today or next week.

            Exits with 0 when done, 1 when a service failed, 2 when `plan` found work, 64 for usage, 65 for a bad definition, 66 \
            without one, 69 without an engine, 74 for the ledger, 75 while another miniboss is at work, 130 or 143 when interrupted.

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

    /// Whether the command ends with a result of a run, which whoever asks for JSON gets in any case.
    static func runsHooks(_ command: String?) -> Bool { verb(command)?.runsHooks ?? false }

    static func callsEngine(_ command: String?) -> Bool { verb(command)?.callsEngine ?? false }

    /// - Parameter command: as typed; there is none for an unknown one.
    private static func verb(_ command: String?) -> (any Verb.Type)? {
        configuration.subcommands.first { $0.configuration.commandName == command } as? any Verb.Type
    }

    static var verbNames: [String] { configuration.subcommands.compactMap { $0.configuration.commandName } }
}
