import Glibc

/// The compiled definition that last started the group. It stops it, hooks and all, when the present one compiles and is wrong.
///
/// The launcher keeps what it is; which definition is sound only the compiled program knows.
struct FormerProgram {
    private let path: String
    private let definitionHash: String

    /// - Returns: `nil` when the launcher names none other than this one.
    init?(_ environment: [String: String]) {
        guard let parts = environment["MINIBOSS_FORMER_PROGRAM"]?.split(separator: " ", maxSplits: 1).map(String.init), parts.count == 2
        else {
            return nil
        }
        definitionHash = parts[0]
        path = parts[1]
    }

    /// Says why, and becomes it; returns only when that fails.
    func takeOver(_ session: Session) {
        for problem in session.problems { session.errors.attempt("\(problem)\n") }
        session.errors.attempt("miniboss: the definition can't be used; stopping with the program that last started this group\n")
        unsetenv("MINIBOSS_FORMER_PROGRAM")
        unsetenv("MINIBOSS_HOOKS")
        setenv("MINIBOSS_DEFINITION_HASH", definitionHash, 1)
        var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        execv(path, &arguments)
        arguments.forEach { free($0) }
        session.errors.attempt("miniboss: it can't be run: \(String(cString: strerror(errno)))\n")
    }

    /// The present definition is sound: if its program starts the group, it is the one to be remembered from here on.
    static func succeed(_ environment: [String: String]) {
        guard let memory = memory(environment) else { return }
        rename(memory.draft, memory.place)
        unsetenv("MINIBOSS_REMEMBER")
    }

    /// It is not: its program is not remembered.
    static func fail(_ environment: [String: String]) {
        if let memory = memory(environment) { unlink(memory.draft) }
    }

    private static func memory(_ environment: [String: String]) -> (draft: String, place: String)? {
        guard let paths = environment["MINIBOSS_REMEMBER"]?.split(separator: "\n").map(String.init), paths.count == 2 else { return nil }
        return (paths[0], paths[1])
    }
}
