import Glibc
import Orchestrator
import Synchronization

/// Turns the signals that end a command into an interruption; the second one leaves at once.
///
/// A handler that writes to a pipe, rather than an ignored signal: what a hook executes would inherit the ignoring.
enum SignalTrap {
    private static let signals: [(number: Int32, name: String)] = [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP")]
    /// The end of the pipe that the handler writes to.
    private static let mailbox = Atomic<Int32>(-1)
    private static let continued = Atomic<Int>(0)

    /// How often the process went on after a stop (SIGTSTP and SIGCONT), which needs no more than a new picture.
    static var continuations: Int { continued.load(ordering: .relaxed) }

    /// 130 for an interrupt, 143 for what asks to end: the contract knows no third.
    static func exitCode(signal: String?) -> Int32 { signal == "SIGINT" ? 130 : 143 }

    /// Routes the signals to `interruption` from now on, for the rest of the process.
    /// - Parameter noticed: called at the first one.
    static func install(_ interruption: Interruption, noticed: @escaping @Sendable () -> Void = {}) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        mailbox.store(ends[1], ordering: .sequentiallyConsistent)
        let reader = ends[0]
        // Hooks may occupy every thread of the cooperative pool. Without a thread that listens a signal ends the process as ever.
        guard detachThread({ deliver(from: reader, to: interruption, noticed) }) else { return }
        // Swift's own handler prints a crash that is none, and lets the process go on.
        Glibc.signal(SIGQUIT, SIG_DFL)
        for signal in signals {
            if signal.number == SIGHUP, isIgnored(SIGHUP) { continue }
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in SignalTrap.post(number) }
            action.sa_flags = Int32(SA_RESTART)
            sigaction(signal.number, &action, nil)
        }
        var resuming = sigaction()
        resuming.__sigaction_handler.sa_handler = { _ in SignalTrap.continued.wrappingAdd(1, ordering: .relaxed) }
        resuming.sa_flags = Int32(SA_RESTART)
        sigaction(SIGCONT, &resuming, nil)
    }

    /// What `nohup` asks for. An interrupt that a shell ignores for its background jobs is trapped all the same: the message
    /// to whoever waits for the group's lock names `kill -INT`.
    private static func isIgnored(_ signal: Int32) -> Bool {
        var present = sigaction()
        sigaction(signal, nil, &present)
        return unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// Async-signal-safe: an atomic load and write(2).
    private static func post(_ number: Int32) {
        let saved = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(mailbox.load(ordering: .relaxed), &byte, 1)
        errno = saved
    }

    private static func deliver(from reader: Int32, to interruption: Interruption, _ noticed: @escaping @Sendable () -> Void) {
        while true {
            var byte: UInt8 = 0
            let count = read(reader, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return }
            let name = signals.first { $0.number == Int32(byte) }?.name ?? "SIGTERM"
            guard !interruption.isInterrupted else {
                // At once, but for the moment that the ledger needs to know why.
                for _ in 0..<20 where !interruption.isRecorded { usleep(10_000) }
                Terminal.restore()
                _exit(exitCode(signal: name))
            }
            interruption.interrupt(signal: name)
            // Whoever shows it may be held up by a reader that reads no more; the second signal must be heard all the same.
            _ = detachThread(noticed)
        }
    }
}
