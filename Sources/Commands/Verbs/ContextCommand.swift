import ArgumentParser
import Orchestrator
import Reconciler

struct ContextCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "context", abstract: "Show the context as replayed from the ledger.",
        discussion: """
            With KEY only its value is printed, as it is put into an env. Secrets read ******.

            Examples:
              miniboss context
              miniboss context user_id
              miniboss context --json
            """)
    static let definitionUse = DefinitionUse.unused

    @Argument(help: ArgumentHelp("One key.", valueName: "KEY"))
    var key: String?
    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func perform(_ session: Session) async throws -> Int32 {
        let target = try target(session, mayBeUnstarted: key == nil)
        let context = try target.records(session)?.context() ?? ContextValues()
        let shown = context.shown
        if let key {
            guard let value = shown[key] else {
                let hint = nearestName(to: key, among: shown.keys).map { "Did you mean \"\($0)\"?" }
                let keys = shown.isEmpty ? "The context is empty." : "Keys: \(shown.keys.sorted().joined(separator: ", "))"
                throw OperationError(.failed, "the context has no key \"\(key)\"", next: hint ?? keys)
            }
            let plain = session.output.isTerminal ? SafeText.block(value.interpolated) : value.interpolated
            try session.output.line(shared.json ? JSON(value).text : plain)
        } else if shared.json {
            try session.output.line(JSON(.object(shown)).text)
        } else {
            let width = session.output.width
            try session.output.lines(
                shown.sorted { $0.key < $1.key }.map { key, value in
                    let line = "\(SafeText.line(key)) = \(JSON(value).text)"
                    return width.map { DisplayWidth.cut(line, to: $0) } ?? line
                })
        }
        return 0
    }
}
