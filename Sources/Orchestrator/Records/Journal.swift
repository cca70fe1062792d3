import Ledger
import Reconciler
import Synchronization

/// One event on its way into the ledger.
struct JournalEntry: Sendable {
    enum Content: Sendable {
        case event(Event)
        /// A transition whose beginning is the phase in which the service is when it is recorded.
        case move(Move)
    }

    var service: String?
    var operation: String?
    /// The run it belongs to, when that is not the present one: recovery closes earlier runs.
    var run: Int?
    /// When it was, when that is not now.
    var moment: Moment?
    var content: Content

    init(_ service: String?, _ event: Event, operation: String? = nil, run: Int? = nil) {
        self.service = service
        self.content = .event(event)
        self.operation = operation
        self.run = run
    }

    /// Of the run as a whole, at a moment that has passed.
    init(_ event: Event, at moment: Moment) {
        content = .event(event)
        self.moment = moment
    }

    init(_ service: String, move: Move, run: Int? = nil) {
        self.service = service
        self.content = .move(move)
        self.run = run
    }

    /// The event as it is recorded on top of `state`; `nil` for a move that no longer applies.
    ///
    /// - Parameter ahead: the phases that entries before it in the same append lead to.
    fileprivate func event(in state: GroupState, ahead: inout [String: ServicePhase]) throws(IllegalTransition) -> Event? {
        switch content {
        case .event(let event): return event
        case .move(let move):
            let service = service ?? ""
            let phase = ahead[service] ?? state[service].phase
            if let from = move.onlyFrom, !from.contains(phase) { return nil }
            if phase == .failed, move.isOutrun() { return nil }
            let next = try phase.after(move.event)
            ahead[service] = next
            return .stateChanged(
                StateChanged(
                    from: phase, to: next, event: move.event, cause: move.cause, containerID: move.container, failure: move.failure,
                    because: move.because, spec: move.spec))
        }
    }
}

/// What happens to a service.
struct Move: Sendable {
    var event: ServiceEvent
    var cause: String?
    var container: String?
    var failure: Failure?
    var because: [String]?
    var spec: SpecSummary?
    /// The phases in which it still means something; in others it is dropped. `nil` for all.
    var onlyFrom: Set<ServicePhase>?
    /// Whether a failed service failed while this was under way: then it is dropped.
    var isOutrun: @Sendable () -> Bool = { false }
}

/// The ledger as one run uses it: typed events, checked against the state machine before they are written.
///
/// The state is folded and the events are handed over under one lock, so the order in the ledger is the order of the fold.
/// The fold is ahead of the disk by what is under way; when that fails, the ledger takes nothing more of this run
/// (`LedgerWriter.submit`), so it never holds an event that follows from one that is lost.
final class Journal: Sendable {
    let run: Int
    private let clock: RunClock
    private let observer: any RunObserver
    private let book: Mutex<Book>
    private let secrets: Mutex<Redaction>
    private let facts = Mutex<[RecordedFact]>([])
    private let fault = Mutex<OperationError?>(nil)

    private struct Book {
        var ledger: any RunLedger
        var state: GroupState
        var isOpen = true
    }

    init(run: Int, ledger: any RunLedger, state: GroupState, clock: RunClock, observer: any RunObserver) {
        self.run = run
        self.clock = clock
        self.observer = observer
        book = Mutex(Book(ledger: ledger, state: state))
        secrets = Mutex(Redaction(state.context.secretTexts + state.formerSecrets))
    }

    /// Settles what is under way and lets go of the ledger and its lock. Nothing may be recorded until `reopen`.
    func close() {
        book.withLock { book in
            book.isOpen = false
            return book.ledger
        }.close()
    }

    /// Whether the ledger is held.
    var isOpen: Bool { book.withLock { $0.isOpen } }

    /// Goes on with the ledger as others have left it.
    func reopen(_ ledger: any RunLedger) throws(OperationError) {
        let state = try ledger.foldedState()
        book.withLock { $0 = Book(ledger: ledger, state: state) }
    }

    /// From here on these texts get into no event and no remark: a log that only grows can't forget.
    func conceal(_ texts: [String]) {
        guard !texts.isEmpty else { return }
        secrets.withLock { secrets in for text in texts { secrets.learn(text) } }
    }

    /// What masks the secrets that are known by now.
    var redaction: Redaction { secrets.withLock { $0 } }

    /// Something passing that the ledger does not keep, e.g. the progress of a pull.
    func remark(_ service: String?, _ text: String) { observer.remark(service: service, redaction(text)) }

    private func concealed(_ event: Event) -> Event {
        if case .contextWritten(let written) = event, written.secret { conceal(written.value.texts) }
        return event.concealed(by: redaction)
    }

    /// The group as the events tell it, this run's included.
    var state: GroupState { book.withLock { $0.state } }

    /// What this run has recorded so far.
    var recorded: [RecordedFact] { facts.withLock { $0 } }

    /// Why the ledger can't be written any more; `nil` while it can.
    var failure: OperationError? { fault.withLock { $0 } }

    /// Appends events; they are durable when this returns. For what has to be known before something is done: an intent.
    /// - Throws: `OperationError` with `.ledger` when they are not, `.defect` when a service can't make the transition.
    func record(_ entries: [JournalEntry]) async throws(OperationError) {
        let outcome: Result<Void, OperationError> = await withCheckedContinuation { continuation in
            submit(entries) { continuation.resume(returning: $0) }
        }
        try outcome.get()
    }

    /// Hands events over without waiting: they are durable before anything that is recorded after them. For what is known
    /// already, such as an outcome or a phase: the next intent waits for them, too.
    /// - Throws: as `record`; the ledger's own failure when it is known by now.
    func note(_ entries: [JournalEntry]) throws(OperationError) {
        if let failure { throw failure }
        let refusal = Mutex<OperationError?>(nil)
        submit(entries, isPressing: false) { outcome in
            if case .failure(let error) = outcome { refusal.withLock { $0 = error } }
        }
        if let error = refusal.withLock({ $0 }) { throw error }
    }

    func note(_ service: String?, _ event: Event, operation: String? = nil) throws(OperationError) {
        try note([JournalEntry(service, event, operation: operation)])
    }

    func record(_ service: String?, _ event: Event, operation: String? = nil) async throws(OperationError) {
        try await record([JournalEntry(service, event, operation: operation)])
    }

    /// The same for a hook's own thread, which may block, and so does the ledger's work itself where nobody else is at it.
    func recordBlocking(_ entries: [JournalEntry]) throws(OperationError) {
        let outcome = BlockingValue<Result<Void, OperationError>>()
        submit(entries, isPressing: false) { outcome.set($0) }
        book.withLock { $0.ledger }.help()
        try outcome.wait().get()
    }

    private func submit(
        _ entries: [JournalEntry], isPressing: Bool = true, completion: @escaping @Sendable (Result<Void, OperationError>) -> Void
    ) {
        do {
            try book.withLock { book in
                guard book.isOpen else { throw OperationError(.ledger, "the ledger is in other hands at this moment") }
                // All or none, as in the ledger: what can be refused is refused before the first is applied.
                var ahead: [String: ServicePhase] = [:]
                var events: [Event] = []
                var drafts: [EventDraft] = []
                for entry in entries {
                    // The fold is that of what the ledger holds, so that replay comes to the same.
                    guard let event = try entry.event(in: book.state, ahead: &ahead).map(concealed) else { continue }
                    events.append(event)
                    drafts.append(try draft(entry, event))
                }
                for (event, draft) in zip(events, drafts) {
                    try book.state.apply(
                        RecordedFact(
                            seq: 0, run: draft.run, at: draft.at, monoNs: draft.monoNs, service: draft.service,
                            operation: draft.operation, event: event))
                }
                guard !drafts.isEmpty else { return completion(.success(())) }
                book.ledger.submit(drafts, isPressing: isPressing) { [self, events] outcome in
                    switch outcome {
                    case .success(let rows):
                        announce(zip(rows, events).map { RecordedFact($0, event: $1) })
                        completion(.success(()))
                    case .failure(let error):
                        let failure = OperationError(ledger: error, after: recorded.last?.seq)
                        fault.withLock { $0 = $0 ?? failure }
                        completion(.failure(failure))
                    }
                }
            }
        } catch let error as OperationError {
            completion(.failure(error))
        } catch {
            completion(.failure(OperationError(.defect, "\(error)", next: "This is a defect of miniboss; the ledger is consistent.")))
        }
    }

    private func draft(_ entry: JournalEntry, _ event: Event) throws -> EventDraft {
        let body = event.body
        return EventDraft(
            run: entry.run ?? run, service: entry.service, type: type(of: body).type, version: type(of: body).version,
            body: try EventCoding.body(of: event), operation: entry.operation, at: entry.moment?.at ?? clock.now(),
            monoNs: entry.moment?.monoNs ?? clock.monotonic())
    }

    /// In the order of the ledger, on the thread that works for it.
    private func announce(_ new: [RecordedFact]) {
        facts.withLock { $0 += new }
        for fact in new { observer.recorded(fact) }
    }
}

extension RecordedFact {
    fileprivate init(_ row: RecordedEvent, event: Event) {
        self.init(
            seq: row.seq, run: row.run, at: row.at, monoNs: row.monoNs, service: row.service, operation: row.operation, event: event)
    }
}

extension OperationError {
    /// A ledger's error as an exit: 75 for a lock held by another miniboss, 74 for everything else.
    /// - Parameter last: number of the last event this run has on the disk.
    init(ledger error: LedgerError, after last: Int? = nil) {
        let finding = error.finding + (last.map { " Everything up to event \($0) is in it." } ?? "")
        switch error.code {
        case .busy: self.init(.busy, error.finding, next: "Wait for it; `miniboss history` can be read meanwhile.")
        case .undecodable: self.init(.ledger, error.finding, next: "`miniboss doctor` checks the ledger.")
        default: self.init(.ledger, finding, next: error.next)
        }
    }
}
