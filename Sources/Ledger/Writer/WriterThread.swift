import Glibc

/// The one thread that touches the writer's connection.
///
/// It takes everything that has come in since its last commit and appends it in one transaction, so the cost of a
/// sync of the disk is shared by all who wait for it. What nobody waits for waits for that, too, for a moment.
final class WriterThread: Sendable {
    private enum Job: Sendable {
        case append(CommitLog.Request, @Sendable (CommitLog.Answer) -> Void)
        /// Work of another kind with the log, between two commits.
        case perform(@Sendable (CommitLog) -> Void)
    }

    private struct Inbox: Sendable {
        var jobs: [Job] = []
        /// Whether somebody waits for one of the jobs.
        var isPressing = false
        var isClosing = false
        var hasEnded = false
        /// The error after which nothing is written any more.
        var failure: LedgerError?
        var head: ChainHead?
    }

    private let inbox = Monitor(Inbox())
    private let path: String

    /// Starts the thread, which owns `log` from now on.
    init(_ log: sending CommitLog) throws(LedgerError) {
        path = log.connection.path
        let head = log.head
        inbox.withLock { $0.head = head }
        try start(log)
    }

    /// The newest durable event.
    var head: ChainHead? {
        inbox.withLock { $0.head }
    }

    /// For how long events for which nobody waits are held back, in milliseconds: what follows often comes with them.
    static let patience = 10

    /// Hands events over; `answer` is called once, from any thread, when they are durable or have failed.
    /// - parameter isPressing: whether somebody waits for it.
    func append(
        _ drafts: [EventDraft], isSequel: Bool = false, isPressing: Bool = true, answer: @escaping @Sendable (CommitLog.Answer) -> Void
    ) {
        if let error = add(.append(CommitLog.Request(drafts, isSequel: isSequel), answer), isPressing: isPressing) {
            answer(.failure(error))
        }
    }

    /// Runs `body` on the thread and blocks until it is done.
    func perform<Output: Sendable>(
        _ body: @escaping @Sendable (CommitLog) throws(LedgerError) -> Output
    ) throws(LedgerError) -> Output {
        let outcome = Monitor<Result<Output, LedgerError>?>(nil)
        let refusal = add(
            .perform { log in
                let result: Result<Output, LedgerError>
                do throws(LedgerError) {
                    result = .success(try body(log))
                } catch {
                    result = .failure(error)
                }
                outcome.withLock { $0 = result }
            })
        if let refusal { throw refusal }
        return try outcome.wait { $0 }.get()
    }

    /// Settles what has come in, closes the connection and waits for the thread's end. May be called again.
    func close() {
        inbox.withLock { $0.isClosing = true }
        inbox.wait { $0.hasEnded ? () : nil }
    }

    /// Why the job was not taken.
    private func add(_ job: Job, isPressing: Bool = true) -> LedgerError? {
        let path = path
        return inbox.withLock { inbox in
            if let failure = inbox.failure { return failure }
            if inbox.isClosing { return Self.closed(path) }
            inbox.jobs.append(job)
            inbox.isPressing = inbox.isPressing || isPressing
            return nil
        }
    }

    private static func closed(_ path: String) -> LedgerError {
        LedgerError(.closed, "the ledger at \(path) has been closed; nothing more is written to it.")
    }
}

// MARK: - On the thread

extension WriterThread {
    private typealias Waiting = (request: CommitLog.Request, answer: @Sendable (CommitLog.Answer) -> Void)

    private final class Start {
        let thread: WriterThread
        let log: CommitLog

        init(_ thread: WriterThread, _ log: CommitLog) {
            self.thread = thread
            self.log = log
        }
    }

    private func start(_ log: CommitLog) throws(LedgerError) {
        let start = Unmanaged.passRetained(Start(self, log))
        // Signals belong to the threads that wait for them; a new thread inherits the mask of the one that makes it.
        var everything = sigset_t()
        var before = sigset_t()
        sigfillset(&everything)
        pthread_sigmask(SIG_SETMASK, &everything, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                WriterThread.live(Unmanaged<Start>.fromOpaque(context).takeRetainedValue())
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw LedgerError(errno: code, doing: "can't start the thread that writes", path: path)
        }
        pthread_detach(thread)
    }

    private static func live(_ start: consuming Start) {
        let thread = start.thread
        thread.serve(start.log)
        // The connection has to be gone before anybody is told so: the lock is released next.
        _ = consume start
        thread.inbox.withLock { $0.hasEnded = true }
    }

    private func serve(_ log: CommitLog) {
        while true {
            let hasWork = inbox.wait { !$0.jobs.isEmpty ? true : $0.isClosing ? false : nil }
            guard hasWork else { break }
            inbox.wait(atMost: Self.patience) { $0.isPressing || $0.isClosing }
            let jobs = inbox.withLock { inbox in
                defer { (inbox.jobs, inbox.isPressing) = ([], false) }
                return inbox.jobs
            }
            work(jobs, log)
        }
        // Nothing is lost without it: the next writer reads the write-ahead log.
        try? log.checkpoint()
    }

    private func work(_ jobs: [Job], _ log: CommitLog) {
        var waiting: [Waiting] = []
        for job in jobs {
            switch job {
            case .append(let request, let answer):
                waiting.append((request, answer))
            case .perform(let body):
                settle(waiting, log)
                waiting = []
                body(log)
            }
        }
        settle(waiting, log)
    }

    private func settle(_ waiting: [Waiting], _ log: CommitLog) {
        guard !waiting.isEmpty else { return }
        let answers: [CommitLog.Answer]
        do throws(LedgerError) {
            if let failure = inbox.withLock({ $0.failure }) { throw failure }
            answers = try log.commit(waiting.map(\.request))
        } catch {
            if error.isFatal {
                inbox.withLock { $0.failure = $0.failure ?? error }
            }
            answers = Array(repeating: .failure(error), count: waiting.count)
        }
        let head = log.head
        inbox.withLock { $0.head = head }
        for (one, answer) in zip(waiting, answers) {
            one.answer(answer)
        }
    }
}
