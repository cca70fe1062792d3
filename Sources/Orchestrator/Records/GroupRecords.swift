import Glibc
import Ledger
public import Reconciler

/// What one group's ledger tells, without a lock and without waiting for anyone.
public struct GroupRecords: Sendable {
    private let reader: LedgerReader
    private let lockPath: String

    /// - Returns: `nil` when there is no ledger yet.
    /// - Throws: `OperationError` with `.ledger` when there is one that can't be read.
    public static func open(directory: String, ledgerPath: String?) throws(OperationError) -> GroupRecords? {
        do {
            return GroupRecords(reader: try LedgerReader(directory: directory, path: ledgerPath), lockPath: "\(directory)/lock")
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
            return try reader.runs().first { ["failed", "interrupted", "crashed"].contains($0.outcome) }?.run
        } catch { throw OperationError(ledger: error) }
    }

    /// The context as replayed.
    public func context() throws(OperationError) -> ContextValues { try state().context }

    /// The whole ledger folded.
    public func state() throws(OperationError) -> GroupState {
        do { return try GroupState(folding: reader) } catch { throw OperationError(folding: error) }
    }

    /// Whether a miniboss works on the group right now: its lock is held.
    ///
    /// Read from `/proc/locks` (proc(5)): trying the lock would hold it for a moment, and turn away a start of that moment.
    public var isAtWork: Bool {
        var info = stat()
        guard stat(lockPath, &info) == 0 else { return false }
        let inode = ":\(info.st_ino)"
        return textFile("/proc/locks").split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            return fields.count > 5 && fields[1] == "FLOCK" && fields[5].hasSuffix(inode)
        }
    }

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

    /// Checks the hash chain, the file and the projections.
    public func verify() throws(OperationError) -> LedgerFindings {
        do throws(LedgerError) {
            let report = try reader.verify()
            let broken = report.fault.map { ["event \($0.seq) is the first bad one: \($0.flaw)"] } ?? []
            return LedgerFindings(
                events: report.events, problems: broken + report.damage + report.projectionDifferences + report.schemaDifferences)
        } catch { throw OperationError(ledger: error) }
    }
}

/// What a check of the ledger found.
public struct LedgerFindings: Sendable {
    public var events: Int
    /// Empty when it is sound.
    public var problems: [String]
}
