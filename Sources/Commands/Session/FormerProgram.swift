import Glibc

/// The compiled definition that last started the group. It stops it, hooks and all, when the present one compiles and is wrong.
///
/// The launcher keeps what it is; which definition is sound only the compiled program knows.
struct FormerProgram {
    let path: String
    let definitionHash: String

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
        StopStandIn(self, session.environment).become()
        session.errors.attempt("miniboss: it can't be run: \(String(cString: strerror(errno)))\n")
    }

    /// From here on this program is the one to be remembered.
    static func rememberThisOne(_ environment: [String: String]) {
        guard let memory = environment["MINIBOSS_REMEMBER"], let line = memory.firstIndex(of: "\n") else { return }
        let place = memory[..<line]
        let draft = "\(place).\(getpid())"
        guard let file = fopen(draft, "we") else { return }
        let isWritten = fputs(String(memory[memory.index(after: line)...]), file) >= 0
        guard fclose(file) == 0, isWritten, rename(draft, String(place)) == 0 else {
            unlink(draft)
            return
        }
    }
}
