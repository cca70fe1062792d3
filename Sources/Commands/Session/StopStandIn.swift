import Glibc

/// The program that carries out a stop in place of this one: the group's former program, or the engine, which knows no definition.
struct StopStandIn {
    private let path: UnsafeMutablePointer<CChar>?
    private let arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let variables: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    init(_ former: FormerProgram, _ environment: [String: String]) {
        var environment = environment
        environment["MINIBOSS_DEFINITION_HASH"] = former.definitionHash
        self.init(former.path, environment)
    }

    /// - Returns: `nil` when the launcher names none, as it does for a stop alone.
    init?(engine environment: [String: String]) {
        guard let engine = environment["MINIBOSS_STOP_ENGINE"] else { return nil }
        var environment = environment
        for name in ["MINIBOSS_STOP_ENGINE", "MINIBOSS_DEFINITION_HASH"] { environment[name] = nil }
        self.init(engine, environment)
    }

    private init(_ program: String, _ environment: [String: String]) {
        var environment = environment
        for name in ["MINIBOSS_FORMER_PROGRAM", "MINIBOSS_HOOKS", "MINIBOSS_REMEMBER", "MINIBOSS_STANDS_IN"] { environment[name] = nil }
        path = strdup(program)
        arguments = Self.array(CommandLine.arguments)
        variables = Self.array(environment.map { "\($0.key)=\($0.value)" })
    }

    /// Lives as long as the process, which this is about to replace.
    private static func array(_ texts: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
        let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        for (index, text) in texts.enumerated() { array[index] = strdup(text) }
        array[texts.count] = nil
        return array
    }

    /// Becomes it; returns only when that fails. Async-signal-safe: alarm(2), sigprocmask(2) and execve(2) alone.
    func become() {
        // Else it would ring in the other program.
        alarm(0)
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
        if let path { execve(path, arguments, variables) }
    }
}
