import Glibc

/// A word of ours before the runtime's backtrace when the program traps, as user code in a hook can make it.
enum CrashNotice {
    private static let signals = [SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV]

    private static let words: StaticString = """

        miniboss: the program crashed: code of the definition trapped (the backtrace names the line), or miniboss has a defect.
          What was recorded is safe; the next command settles what this run left.


        """

    // Unsafe: written once, before there is a second thread; only read in the handler after that.
    nonisolated(unsafe) private static let earlier = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)

    /// To be called once, before anything that may trap.
    static func install() {
        for number in signals {
            sigaction(number, nil, earlier + Int(number))
            var action = sigaction()
            action.sa_flags = SA_ONSTACK
            // Only calls that signal-safety(7) allows.
            action.__sigaction_handler.sa_handler = { number in
                CapturedOutput.giveBack()
                // What the runtime has said of it is on its way through another thread.
                usleep(100_000)
                write(STDERR_FILENO, CrashNotice.words.utf8Start, CrashNotice.words.utf8CodeUnitCount)
                sigaction(number, CrashNotice.earlier + Int(number), nil)
                // The others come again by themselves: the faulty instruction is repeated.
                if number == SIGABRT { raise(number) }
            }
            sigaction(number, &action, nil)
        }
    }
}
