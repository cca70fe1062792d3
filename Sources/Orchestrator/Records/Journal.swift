import Ledger
import Reconciler
import Synchronization

/// One event on its way into the ledger.
struct JournalEntry: Sendable {
    var service: String?
    var operation: String?
    /// The run it belongs to, when that is not the present one: recovery closes earlier runs.
    var run: Int?
    var event: Event

    init(_ service: String?, _ event: Event, operation: String? = nil, run: Int? = nil) {
        self.service = service
        self.event = event
        self.operation = operation
        self.run = run
    }
}

/// The ledger as one run uses it: typed events, checked against the state machine before they are written.
///
/// The state is folded and the events are handed over under one lock, so the order in the ledger is the order of the fold.
final class Journal: Sendable {
    let run: Int
    private let writer: LedgerWriter
    private let clock: RunClock
    private let observer: any RunObserver
    private let folded: Mutex<GroupState>
    private let secrets: Mutex<Redaction>
    private let facts = Mutex<[RecordedFact]>([])
    private let fault = Mutex<OperationError?>(nil)

    init(run: Int, writer: LedgerWriter, state: GroupState, clock: RunClock, observer: any RunObserver) {
        self.run = run
        self.writer = writer
        self.clock = clock
        self.observer = observer
        folded = Mutex(state)
        secrets = Mutex(Redaction(state.context.secretTexts))
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

    private func concealed(_ entries: [JournalEntry]) -> [JournalEntry] {
        entries.map { entry in
            if case .contextWritten(let written) = entry.event, written.secret { conceal(written.value.texts) }
            var copy = entry
            copy.event = entry.event.concealed(by: redaction)
            return copy
        }
    }

    /// The group as the events tell it, this run's included.
    var state: GroupState { folded.withLock { $0 } }

    /// What this run has recorded so far.
    var recorded: [RecordedFact] { facts.withLock { $0 } }

    /// Why the ledger can't be written any more; `nil` while it can.
    var failure: OperationError? { fault.withLock { $0 } }

    /// Appends events; they are durable when this returns.
    /// - Throws: `OperationError` with `.ledger` when they are not, `.defect` when a service can't make the transition.
    func record(_ entries: [JournalEntry]) async throws(OperationError) {
        let entries = concealed(entries)
        let outcome: Result<[RecordedEvent], OperationError> = await withCheckedContinuation { continuation in
            submit(entries) { continuation.resume(returning: $0) }
        }
        announce(try outcome.get(), entries)
    }

    func record(_ service: String?, _ event: Event, operation: String? = nil) async throws(OperationError) {
        try await record([JournalEntry(service, event, operation: operation)])
    }

    /// The same for a hook's own thread, which may block.
    func recordBlocking(_ entries: [JournalEntry]) throws(OperationError) {
        let entries = concealed(entries)
        let outcome = BlockingValue<Result<[RecordedEvent], OperationError>>()
        submit(entries) { outcome.set($0) }
        announce(try outcome.wait().get(), entries)
    }

    private func submit(_ entries: [JournalEntry], completion: @escaping @Sendable (Result<[RecordedEvent], OperationError>) -> Void) {
        do {
            let drafts = try entries.map(draft)
            try folded.withLock { state in
                for (entry, draft) in zip(entries, drafts) { try state.apply(provisional(entry, draft)) }
                writer.submit(drafts) { [self] outcome in
                    completion(outcome.mapError { OperationError(ledger: $0) })
                    if case .failure(let error) = outcome { fault.withLock { $0 = $0 ?? OperationError(ledger: error) } }
                }
            }
        } catch let error as OperationError {
            completion(.failure(error))
        } catch {
            completion(.failure(OperationError(.defect, "\(error)", next: "This is a defect of miniboss; the ledger is consistent.")))
        }
    }

    private func draft(_ entry: JournalEntry) throws -> EventDraft {
        let body = entry.event.body
        return EventDraft(
            run: entry.run ?? run, service: entry.service, type: type(of: body).type, version: type(of: body).version,
            body: try EventCoding.body(of: entry.event), operation: entry.operation, at: clock.now(), monoNs: clock.monotonic())
    }

    private func provisional(_ entry: JournalEntry, _ draft: EventDraft) -> RecordedFact {
        RecordedFact(
            seq: 0, run: draft.run, at: draft.at, monoNs: draft.monoNs, service: draft.service, operation: draft.operation,
            event: entry.event)
    }

    private func announce(_ events: [RecordedEvent], _ entries: [JournalEntry]) {
        let new = zip(events, entries).map { row, entry in
            RecordedFact(
                seq: row.seq, run: row.run, at: row.at, monoNs: row.monoNs, service: row.service, operation: row.operation,
                event: entry.event)
        }
        facts.withLock { $0 += new }
        for fact in new { observer.recorded(fact) }
    }
}

extension OperationError {
    /// A ledger's error as an exit: 75 for a lock held by another miniboss, 74 for everything else.
    init(ledger error: LedgerError) {
        switch error.code {
        case .busy: self.init(.busy, error.message)
        default: self.init(.ledger, error.message)
        }
    }
}
