import Glibc
import Orchestrator
import Synchronization

/// A word of ours before the runtime's backtrace when the program traps, as user code in a hook can make it.
enum CrashNotice {
    private static let signals = [SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV]

    private static let words: StaticString = """

        miniboss: the program crashed: code of the definition trapped (the backtrace names the line), or miniboss has a defect.
          What was recorded is safe; the next command settles what this run left.


        """

    private static let wordsOnReading: StaticString = """

        miniboss: the definition trapped while it was read: the words above say why, the backtrace below names the line.
          Mend that line; nothing was touched.


        """

    private static let wordsOnExit: StaticString = """

        miniboss: code of the definition ended the whole program, with exit() say: what was under way is cut off.
          Throw an error instead to fail a service. What was recorded is safe; the next command settles what this run left.

        """

    /// Whether the user's definition is being read.
    private static let isReading = Atomic<Bool>(false)
    /// Whether a command is at work, which alone ends the program when it is done.
    private static let isWorking = Atomic<Bool>(false)

    // Unsafe: written once, before there is a second thread; only read in the handler after that.
    nonisolated(unsafe) private static let earlier = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)

    /// A trap in here is one of the user's definition, and the end of the command with the code for that.
    static func whileReading<Definition>(_ read: () -> Definition) -> Definition {
        isReading.store(true, ordering: .sequentiallyConsistent)
        defer { isReading.store(false, ordering: .sequentiallyConsistent) }
        return read()
    }

    /// Whoever ends the program in here is code of the user's definition.
    static func whileWorking<Result>(_ work: () async throws -> Result) async rethrows -> Result {
        isWorking.store(true, ordering: .sequentiallyConsistent)
        defer { isWorking.store(false, ordering: .sequentiallyConsistent) }
        return try await work()
    }

    /// To be called once, before anything that may trap.
    static func install() {
        atexit {
            guard CrashNotice.isWorking.load(ordering: .sequentiallyConsistent) || CrashNotice.isReading.load(ordering: .relaxed) else {
                return
            }
            // The C library would do so only after this.
            StandardStreams.flush()
            CapturedOutput.giveBack()
            UnreadableStop.takeOver()
            // What is on its way to the ledger gets there.
            usleep(100_000)
            write(STDERR_FILENO, CrashNotice.wordsOnExit.utf8Start, CrashNotice.wordsOnExit.utf8CodeUnitCount)
            // Whatever it was to end with: the command was not done.
            _exit(
                CrashNotice.isReading.load(ordering: .relaxed)
                    ? OperationError.Code.definition.rawValue : OperationError.Code.failed.rawValue)
        }
        for number in signals {
            sigaction(number, nil, earlier + Int(number))
            var action = sigaction()
            action.sa_flags = SA_ONSTACK | Int32(SA_SIGINFO)
            // Only calls that signal-safety(7) allows.
            action.__sigaction_handler.sa_sigaction = { number, info, machine in
                CapturedOutput.giveBack()
                // What the runtime has said of it is on its way through another thread.
                usleep(100_000)
                UnreadableStop.takeOver()
                guard !CrashNotice.isReading.load(ordering: .relaxed) else {
                    write(STDERR_FILENO, CrashNotice.wordsOnReading.utf8Start, CrashNotice.wordsOnReading.utf8CodeUnitCount)
                    // The runtime's own handler prints the backtrace and returns.
                    CrashNotice.earlier[Int(number)].handler?(number, info, machine)
                    _exit(OperationError.Code.definition.rawValue)
                }
                write(STDERR_FILENO, CrashNotice.words.utf8Start, CrashNotice.words.utf8CodeUnitCount)
                sigaction(number, CrashNotice.earlier + Int(number), nil)
                // The others come again by themselves: the faulty instruction is repeated.
                if number == SIGABRT { raise(number) }
            }
            sigaction(number, &action, nil)
        }
    }
}

extension sigaction {
    /// The function it calls; `nil` for the default and for ignoring.
    fileprivate var handler: (@convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void)? {
        guard sa_flags & Int32(SA_SIGINFO) != 0 else { return nil }
        return __sigaction_handler.sa_sigaction
    }
}
