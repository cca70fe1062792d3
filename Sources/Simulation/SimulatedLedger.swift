package import Ledger
package import Orchestrator
package import Reconciler

/// A ledger in memory that outlives the processes that write to it.
// Unchecked: the process has one thread (see `Scheduler`).
package final class SimulatedLedger: @unchecked Sendable {
    package private(set) var events: [RecordedEvent] = []
    private var decoded: [RecordedFact] = []
    private var decodedEvents = 0
    /// What was handed over and for which nobody waits, as the real ledger holds it back.
    private var held: [(drafts: [EventDraft], completion: @Sendable (Result<[RecordedEvent], LedgerError>) -> Void)] = []
    private var holder: SimulatedHold?
    let marks: SimulatedMarks
    private let faults: FaultPlan
    private let scheduler: Scheduler

    /// Nanoseconds; longer than the real one's, so that more can be lost.
    private static let patience: Int64 = 30_000_000

    package init(faults: FaultPlan, scheduler: Scheduler) {
        marks = SimulatedMarks()
        self.faults = faults
        self.scheduler = scheduler
    }

    init(copying other: SimulatedLedger, faults: FaultPlan, scheduler: Scheduler) {
        events = other.events
        decoded = other.decoded
        decodedEvents = other.decodedEvents
        marks = SimulatedMarks(copying: other.marks)
        self.faults = faults
        self.scheduler = scheduler
    }

    /// Takes the lock.
    /// - Throws: `.busy` while another process has it.
    func hold() throws(OperationError) -> any RunLedger {
        guard holder == nil else { throw OperationError(.busy, "another miniboss is at work") }
        let hold = SimulatedHold(self)
        holder = hold
        return hold
    }

    fileprivate func isHeld(by hold: SimulatedHold) -> Bool { holder === hold }

    fileprivate func letGo(_ hold: SimulatedHold) {
        guard holder === hold else { return }
        write()
        holder = nil
    }

    /// The events as they are read back from their JSON.
    package func facts() throws(OperationError) -> [RecordedFact] {
        for event in events[decodedEvents...] {
            if let fact = try RecordedFact(event) { decoded.append(fact) }
            decodedEvents += 1
        }
        return decoded
    }

    fileprivate func submit(
        _ drafts: [EventDraft], isPressing: Bool, completion: @escaping @Sendable (Result<[RecordedEvent], LedgerError>) -> Void
    ) {
        held.append((drafts, completion))
        guard !isPressing else { return write() }
        guard held.count == 1 else { return }
        scheduler.at(scheduler.now + Self.patience) { [self] in write() }
    }

    fileprivate func write() {
        let batch = held
        held = []
        for (drafts, completion) in batch { append(drafts, completion) }
    }

    private func append(_ drafts: [EventDraft], _ completion: @Sendable (Result<[RecordedEvent], LedgerError>) -> Void) {
        // A dead process writes nothing; the answer only keeps a blocked hook from waiting for ever.
        guard !faults.isHit("append \(drafts.first?.type ?? "") of \(drafts.first?.service ?? "the run")") else {
            return completion(.failure(LedgerError(.io, "killed")))
        }
        var recorded: [RecordedEvent] = []
        for draft in drafts {
            recorded.append(
                RecordedEvent(
                    seq: events.count + recorded.count + 1, run: draft.run, at: draft.at, monoNs: draft.monoNs, service: draft.service,
                    type: draft.type, version: draft.version, body: draft.body, operation: draft.operation, previousHash: nil, hash: []))
        }
        events += recorded
        guard !faults.isHit("appended \(drafts.first?.type ?? "")") else { return completion(.failure(LedgerError(.io, "killed"))) }
        completion(.success(recorded))
    }

    /// A process begins: the one before it is gone, with its locks and what it had not written yet.
    func beginProcess() {
        held = []
        holder = nil
        marks.processEnded()
    }

    /// Somebody moved the ledger's file away: the next process begins a new one.
    package func lose() {
        events = []
        decoded = []
        decodedEvents = 0
        marks.lose()
    }
}

/// The ledger as the process has it that holds the lock.
// Unchecked: as the ledger.
private final class SimulatedHold: RunLedger, @unchecked Sendable {
    private let ledger: SimulatedLedger

    init(_ ledger: SimulatedLedger) { self.ledger = ledger }

    func foldedState() throws(OperationError) -> GroupState {
        var state = GroupState()
        for fact in try ledger.facts() {
            do { try state.apply(fact) } catch { throw OperationError(.ledger, "\(error)") }
        }
        return state
    }

    func nextRunNumber() throws(LedgerError) -> Int { (ledger.events.map(\.run).max() ?? 0) + 1 }

    func submit(
        _ drafts: [EventDraft], isPressing: Bool, completion: @escaping @Sendable (Result<[RecordedEvent], LedgerError>) -> Void
    ) {
        guard ledger.isHeld(by: self) else { return completion(.failure(LedgerError(.io, "the ledger was let go of"))) }
        ledger.submit(drafts, isPressing: isPressing, completion: completion)
    }

    func help() { if ledger.isHeld(by: self) { ledger.write() } }

    func close() { ledger.letGo(self) }
}
