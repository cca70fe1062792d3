import ArgumentParser

/// The options every command takes, before or after its name.
struct SharedOptions: ParsableArguments {
    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp("The definition; without it Miniboss.swift here or in the nearest parent directory.", valueName: "FILE"),
        completion: .file(extensions: ["swift"]))
    var file: String?

    @Option(help: ArgumentHelp("The group, where several have a ledger here and the command needs no definition.", valueName: "NAME"))
    var group: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Option(help: ArgumentHelp("How progress is shown on standard error.", valueName: "MODE"))
    var progress: ProgressMode = .auto

    /// Absolute path of the definition file, whether or not it is usable; the launcher has found it already.
    func definitionPath(_ session: Session) -> String? {
        if let found = session.environment["MINIBOSS_DEFINITION"], !found.isEmpty { return found }
        return file.map { $0.hasPrefix("/") ? $0 : "\(session.currentDirectory)/\($0)" }
    }
}
