internal import FoundationEssentials
import Glibc

/// The environment as the program got it.
package enum ProgramEnvironment {
    /// What the launcher says in it is gone from the process's own once this was asked for: it is about this program, and about
    /// no other that a hook may start.
    package static let variables: [String: String] = {
        let all = ProcessInfo.processInfo.environment
        for name in fromLauncher { unsetenv(name) }
        return all
    }()

    private static let fromLauncher = [
        "MINIBOSS_DEFINITION", "MINIBOSS_DEFINITION_HASH", "MINIBOSS_HOOKS", "MINIBOSS_REMEMBER", "MINIBOSS_FORMER_PROGRAM",
        "MINIBOSS_STOP_ENGINE", "MINIBOSS_STANDS_IN", "MINIBOSS_STRANGE_COMPILER",
    ]
}
