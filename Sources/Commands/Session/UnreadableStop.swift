import Glibc
import Synchronization

/// What a stop becomes when its definition can't even be read: it traps, ends the program, or never comes back.
enum UnreadableStop {
    /// Seconds a definition has to be read in; it makes values, nothing else.
    static let patience: UInt32 = 5

    private static let isPrepared = Atomic(false)
    // Unsafe: written once, before `isPrepared` says so; after that only read.
    nonisolated(unsafe) private static var standIn: StopStandIn?
    nonisolated(unsafe) private static var words: StaticString = ""

    /// To be called before the definition is read, when the command is a stop.
    static func prepare(_ environment: [String: String]) {
        if let former = FormerProgram(environment) {
            standIn = StopStandIn(former, environment)
            words = "miniboss: the definition can't be read; stopping with the program that last started this group\n"
        } else {
            standIn = StopStandIn(engine: environment)
            words = "miniboss: the definition can't be read; stopping what the ledger knows, without the definition's hooks\n"
        }
        guard standIn != nil else { return }
        isPrepared.store(true, ordering: .sequentiallyConsistent)
        signal(SIGALRM) { _ in UnreadableStop.takeOver() }
        alarm(patience)
    }

    /// The definition was read.
    static func dismiss() {
        guard isPrepared.exchange(false, ordering: .sequentiallyConsistent) else { return }
        alarm(0)
        signal(SIGALRM, SIG_DFL)
    }

    /// Does nothing unless prepared. Async-signal-safe.
    static func takeOver() {
        guard isPrepared.load(ordering: .sequentiallyConsistent) else { return }
        write(STDERR_FILENO, words.utf8Start, words.utf8CodeUnitCount)
        standIn?.become()
    }
}
