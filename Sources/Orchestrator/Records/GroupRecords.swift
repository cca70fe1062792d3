import Ledger
public import Reconciler

/// What one group's ledger tells, without a lock and without waiting for anyone.
public struct GroupRecords: Sendable {
    private let reader: LedgerReader
    private let location: LedgerLocation

    /// - Returns: `nil` when there is no ledger yet.
    /// - Throws: `OperationError` with `.ledger` when there is one that can't be read.
    public static func open(directory: String, ledgerPath: String?) throws(OperationError) -> GroupRecords? {
        do {
            return GroupRecords(
                reader: try LedgerReader(directory: directory, path: ledgerPath, upcaster: EventCoding.upcaster),
                location: LedgerLocation(directory: directory, path: ledgerPath))
        } catch {
            if error.code == .missing { return nil }
            throw OperationError(ledger: error)
        }
    }

    /// The events that match all of what is given, oldest first. Types this version does not know are left out.
    public func facts(run: Int? = nil, service: String? = nil, types: [String]? = nil) throws(OperationError) -> [RecordedFact] {
        do { return try reader.events(run: run, service: service, types: types).compactMap { try EventCoding.fact(of: $0) } } catch {
            throw OperationError(folding: error)
        }
    }

    /// Run numbers, newest first.
    public func newestRuns(limit: Int) throws(OperationError) -> [Int] {
        do throws(LedgerError) { return try reader.runs(limit: limit).map(\.run) } catch { throw OperationError(ledger: error) }
    }

    /// The newest run that failed, was interrupted or crashed.
    public func newestFailedRun() throws(OperationError) -> Int? {
        do throws(LedgerError) {
            return try reader.newestFailedRun()
        } catch { throw OperationError(ledger: error) }
    }

    /// The runs of a command before this one that succeeded, newest first.
    public func runsThatWorked(_ command: String, before run: Int, limit: Int) throws(OperationError) -> [Int] {
        do throws(LedgerError) {
            return try reader.runs(before: run).lazy.filter { $0.command == command && $0.outcome == RunOutcome.succeeded.rawValue }
                .prefix(limit).map(\.run)
        } catch { throw OperationError(ledger: error) }
    }

    /// The newest runs in which a service had a part, newest first.
    public func newestRuns(of service: String, limit: Int) throws(OperationError) -> [Int] {
        do throws(LedgerError) { return try reader.runs(of: service, limit: limit) } catch { throw OperationError(ledger: error) }
    }

    /// How a service came to run before the event `seq` for the last time: what its container was made from, that it ran,
    /// and, unless these are known already, the beginning of the run in which it did.
    public func lastTimeRunning(
        _ service: String, before seq: Int, startsAreKnown: Bool = false
    ) throws(OperationError) -> [RecordedFact] {
        do {
            guard let entry = try newestThatWorked(service, before: seq) else { return [] }
            let making = try reader.newestIntent(for: service, to: StepKind.createContainer.rawValue, before: entry.seq)
            let starts = startsAreKnown ? [] : try reader.events(run: entry.run, types: [RunStarted.type])
            return try (starts + [making, entry].compactMap { $0 }).compactMap { try EventCoding.fact(of: $0) }
        } catch { throw OperationError(folding: error) }
    }

    /// How a container came to be, before the event `seq`: what it was to be made from, and that it was made. Nothing where it is
    /// none of the service's last hundred, or of an older ledger.
    public func making(of container: String, _ service: String, before seq: Int) throws(OperationError) -> [RecordedFact] {
        do {
            var bound = seq
            // Of one that is not known a long ledger would be read through.
            for _ in 0..<100 {
                guard let intent = try reader.newestIntent(for: service, to: StepKind.createContainer.rawValue, before: bound) else {
                    break
                }
                if let made = try reader.nextEntry(of: service, into: ServicePhase.created.rawValue, after: intent.seq), made.seq < bound {
                    let facts = try [intent, made].compactMap { try EventCoding.fact(of: $0) }
                    if case .stateChanged(let change)? = facts.last?.event, change.containerID == container { return facts }
                }
                bound = intent.seq
            }
            return []
        } catch { throw OperationError(folding: error) }
    }

    /// How a service came to run in the newest run in which it did not fail after that; see `WorkingSpecs`.
    private func newestThatWorked(_ service: String, before seq: Int) throws(LedgerError) -> RecordedEvent? {
        var bound = seq
        var failedIn: Int?
        while let entry = try reader.newestEntry(of: service, into: ServicePhase.running.rawValue, before: bound) {
            bound = entry.seq
            guard entry.run != failedIn else { continue }
            let failure = try reader.nextEntry(of: service, into: ServicePhase.failed.rawValue, after: entry.seq)
            guard failure?.run == entry.run else { return entry }
            failedIn = entry.run
        }
        return nil
    }

    /// The context as replayed.
    public func context() throws(OperationError) -> ContextValues { try state().context }

    /// The whole ledger folded: events that were checked when a snapshot was made of them, and those after, checked now.
    public func state() throws(OperationError) -> GroupState {
        do {
            let replay = try Replay(reader)
            try reader.verifyChain(after: replay.first)
            return replay.state
        } catch { throw OperationError(folding: error) }
    }

    /// The runs that miniboss is at right now: the newest while the group's lock is held, and commands in containers, which
    /// let others work meanwhile.
    public func runsAtWork() throws(OperationError) -> Set<Int> { location.runsAtWork(newest: try newestRuns(limit: 1).first) }

    /// The group as it was after the event with this seq.
    /// - Returns: `nil` when there is no such event.
    public func snapshot(at seq: Int) throws(OperationError) -> GroupSnapshot? {
        struct Reached: Error {}
        var state = GroupState()
        var last: RecordedFact?
        do {
            try reader.forEach { row in
                guard row.seq <= seq else { throw Reached() }
                guard let fact = try EventCoding.fact(of: row) else { return }
                try state.apply(fact)
                last = fact
            }
        } catch is Reached {} catch { throw OperationError(folding: error) }
        return last.map { GroupSnapshot(state, at: $0) }
    }

    /// The runs that began at this moment or later, newest first.
    /// - Parameter moment: RFC 3339 in UTC with nanoseconds, as the ledger has it.
    public func runs(since moment: String) throws(OperationError) -> [Int] {
        do throws(LedgerError) { return try reader.runs().filter { $0.startedAt >= moment }.map(\.run) } catch {
            throw OperationError(ledger: error)
        }
    }

    /// Checks the hash chain, the file, the projections, and that the events tell of something possible.
    /// - Returns: `nil` when there is no ledger yet. Damage is in the examination and not an error.
    public static func examine(directory: String, ledgerPath: String?) throws(OperationError) -> LedgerExamination? {
        do throws(LedgerError) { return try LedgerExamination(directory: directory, path: ledgerPath) } catch {
            throw OperationError(ledger: error)
        }
    }
}
