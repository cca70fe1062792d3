/// The command line, as far as the launcher must understand it.
struct Invocation: Equatable {
    /// The definition file the user named, as written.
    let file: String?
    /// The command's word; `nil` without one.
    let command: String?
    /// Whether the user names a group.
    let namesGroup: Bool
    /// Help or the version is asked for, whatever the command.
    let asksForHelp: Bool
    /// What the program gets: a definition file in first place becomes an option, by which later commands are told, too.
    let forwarded: [String]

    /// Reads the arguments without the program's name.
    /// - Throws: when a file is named twice, or `-f` without a value.
    init(_ arguments: [String]) throws(LaunchError) {
        var rest = arguments[...]
        var files: [String] = []
        if let first = rest.first, !first.hasPrefix("-"), first.hasSuffix(".swift") || first.contains("/") {
            // The last is how the kernel hands over a hash-bang file that is called by a link of another name.
            files.append(first)
            rest.removeFirst()
        }
        forwarded = files.flatMap { ["-f", $0] } + rest
        var command: String?
        var asksForHelp = false
        var namesGroup = false
        while let argument = rest.popFirst(), argument != "--" {
            switch argument {
            case "-f", "--file":
                guard let value = rest.popFirst() else {
                    throw LaunchError(
                        exitCode: LaunchError.usage, "\(argument) needs the path of a definition file after it",
                        next: "For example: miniboss \(argument) Other.swift start"
                            + (command == "logs" ? "; lines that are still to come are shown with --follow" : ""))
                }
                files.append(value)
            case "-h", "--help", "-help", "--version": asksForHelp = true
            case _ where argument.hasPrefix("--file="): files.append(String(argument.dropFirst(7)))
            case _ where argument.hasPrefix("-f") && argument.count > 2:
                files.append(String(argument.dropFirst(argument.hasPrefix("-f=") ? 3 : 2)))
            case "--group", "--progress":
                // Before the command their value is not to be taken for it; after it nothing depends on the difference.
                _ = rest.popFirst()
                if argument == "--group" { namesGroup = true }
            case _ where argument.hasPrefix("--group="): namesGroup = true
            case _ where argument.hasPrefix("-"): break
            // The service.
            case _ where command == "exec" || command == "run": rest = Self.own(rest)
            case _ where Self.takesNoArgument(command) && argument.hasSuffix(".swift"):
                throw LaunchError(
                    exitCode: LaunchError.usage, "\(argument) stands behind \(command ?? ""), where no definition is looked for",
                    next: "Say which is meant before it: miniboss \(argument) \(command ?? "")")
            case _ where command != nil: break
            case _ where argument.hasSuffix(".swift"): files.append(argument)
            default: command = argument
            }
        }
        guard files.count <= 1 else {
            throw LaunchError(
                exitCode: LaunchError.usage, "two definition files are named: \(files.joined(separator: " and "))", next: "Name one.")
        }
        file = files.first
        self.command = command
        self.asksForHelp = asksForHelp
        self.namesGroup = namesGroup
    }

    /// Of the words behind the service of `exec` and `run` those that are for us: options with `--` after them. What else there
    /// is belongs to the command that is run. In step with `ArgumentOrder`.
    private static func own(_ words: ArraySlice<String>) -> ArraySlice<String> {
        var rest = words
        while let word = rest.popFirst(), word.hasPrefix("-") {
            if word == "--" { return words }
            if ["-f", "--file", "--group", "--progress"].contains(word) { _ = rest.popFirst() }
        }
        return []
    }

    private static func takesNoArgument(_ command: String?) -> Bool {
        command.map(["start", "stop", "plan", "status"].contains) ?? false
    }

    /// Whether the user's own program must run; all other commands are the engine's.
    var needsDefinition: Bool {
        guard let command, !asksForHelp else { return false }
        return ["start", "stop", "reload", "plan", "status", "run"].contains(command)
    }

    /// Whether the program that runs the command is to be remembered as the one that started the group.
    var starts: Bool { command == "start" || command == "reload" }
}
