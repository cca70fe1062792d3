import Glibc

/// The thread that appends, where no caller that may block does it meanwhile.
///
/// Who is at work takes everything that has come in since the last commit and appends it in one transaction, so the cost of a
/// sync of the disk is shared by all who wait for it. What nobody waits for waits for that, too, for a moment.
final class WriterThread: Sendable {
    private enum Job: Sendable {
        case append(CommitLog.Request, @Sendable (CommitLog.Answer) -> Void)
        /// Work of another kind with the log, between two commits.
        case perform(@Sendable (CommitLog) -> Void)
    }

    /// The log, for one thread at a time.
    // Unchecked: who has taken it out of the inbox is the only one that uses it, until it is put back. Only the inbox owns it, so
    // that the connection is closed by the thread at its end and not by whoever helped last.
    private final class Custody: @unchecked Sendable {
        private(set) var log: CommitLog?

        init(_ log: CommitLog) { self.log = log }

        func close() { log = nil }
    }

    private struct Inbox: Sendable {
        var jobs: [Job] = []
        /// `nil` while somebody is at work with it, and after the end.
        var log: Custody?
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

    /// Starts the thread; `log` is out of the caller's hands from now on.
    init(_ log: sending CommitLog) throws(LedgerError) {
        path = log.connection.path
        let head = log.head
        let custody = Custody(log)
        inbox.withLock { ($0.head, $0.log) = (head, custody) }
        try start()
    }

    /// The newest durable event.
    var head: ChainHead? {
        inbox.quietly { $0.head }
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

    /// The same for a thread that may block until they are: without a change of threads where nobody else is at work.
    func appendBlocking(_ drafts: [EventDraft]) throws(LedgerError) -> [RecordedEvent] {
        let outcome = Monitor<CommitLog.Answer?>(nil)
        let job = Job.append(CommitLog.Request(drafts)) { answer in outcome.withLock { $0 = answer } }
        if let refusal = add(job, isPressing: false, wakes: false) { throw refusal }
        help()
        return try outcome.wait { $0 }.get()
    }

    /// Works off what has come in on the calling thread, which may block, where nobody else is at it: two changes of threads less
    /// for what the caller waits for. Else it is only hurried.
    func help() {
        let found = inbox.withLock(wakes: { !$0.jobs.isEmpty }) { inbox in
            inbox.isPressing = inbox.isPressing || !inbox.jobs.isEmpty
            return Self.take(&inbox)
        }
        if let found { workOff(found) }
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
    private func add(_ job: Job, isPressing: Bool = true, wakes: Bool = true) -> LedgerError? {
        let path = path
        return inbox.withLock(wakes: { _ in wakes }) { inbox in
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

// MARK: - At work

extension WriterThread {
    private typealias Waiting = (request: CommitLog.Request, answer: @Sendable (CommitLog.Answer) -> Void)

    private func start() throws(LedgerError) {
        let own = Unmanaged.passRetained(self)
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
                Unmanaged<WriterThread>.fromOpaque(context).takeRetainedValue().live()
                return nil
            }, own.toOpaque())
        guard code == 0 else {
            own.release()
            throw LedgerError(errno: code, doing: "can't start the thread that writes", path: path)
        }
        pthread_detach(thread)
    }

    private func live() {
        while true {
            let hasWork = inbox.wait { !$0.jobs.isEmpty ? true : $0.isClosing ? false : nil }
            guard hasWork else { break }
            inbox.wait(atMost: Self.patience) { $0.isPressing || $0.isClosing }
            workOff(inbox.wait(Self.take))
        }
        let custody = inbox.wait(Self.take).custody
        // Nothing is lost without it: the next writer reads the write-ahead log.
        try? custody.log?.checkpoint()
        // The connection has to be gone before anybody is told so: the lock is released next.
        custody.close()
        inbox.withLock { $0.hasEnded = true }
    }

    private typealias Work = (custody: Custody, jobs: [Job])

    /// The log with all that has come in; `nil` while somebody has it.
    private static func take(_ inbox: inout Inbox) -> Work? {
        guard let log = inbox.log else { return nil }
        defer { (inbox.log, inbox.jobs, inbox.isPressing) = (nil, [], false) }
        return (log, inbox.jobs)
    }

    private func workOff(_ work: Work) {
        if let log = work.custody.log { self.work(work.jobs, log) }
        inbox.withLock(wakes: { !$0.jobs.isEmpty || $0.isClosing }) { $0.log = work.custody }
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
            if let failure = inbox.quietly({ $0.failure }) { throw failure }
            answers = try log.commit(waiting.map(\.request))
        } catch {
            if error.isFatal {
                inbox.withLock { $0.failure = $0.failure ?? error }
            }
            answers = Array(repeating: .failure(error), count: waiting.count)
        }
        let head = log.head
        inbox.quietly { $0.head = head }
        for (one, answer) in zip(waiting, answers) {
            one.answer(answer)
        }
    }
}
