import ArgumentParser
import Orchestrator

struct CompletionsCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "completions", abstract: "Print a completion script for a shell.",
        discussion: """
            Examples:
              miniboss completions bash > /etc/bash_completion.d/miniboss
              miniboss completions zsh > ~/.zfunc/_miniboss
              miniboss completions fish > ~/.config/fish/completions/miniboss.fish
            """)
    static let definitionUse = DefinitionUse.unused

    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish
    }

    @Argument(help: ArgumentHelp("bash, zsh or fish.", valueName: "SHELL"))
    var shell: Shell
    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func perform(_ session: Session) async throws -> Int32 {
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        try session.output.line(MinibossCommand.completionScript(for: kind))
        return 0
    }
}
