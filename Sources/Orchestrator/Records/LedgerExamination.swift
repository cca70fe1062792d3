import Ledger
import Reconciler

/// What a check of a whole ledger found, and what its good part still tells.
public struct LedgerExamination: Sendable {
    /// How many events are good.
    public private(set) var events = 0
    /// Why it can't be gone on with: the first bad event by its number, damage, a changed schema.
    private var broken: [String] = []
    /// Tables that are not what the events add up to, and what else of the schema can be made anew.
    private var outdated: [String] = []
    /// What somebody else keeps in the file.
    private var foreign: [String] = []
    /// The good events folded, up to the first that can't have happened.
    private(set) var state = GroupState()
    private(set) var newestRun = 0
    private(set) var head: ChainHead?
    private var impossible: String?
    /// Of the run that set the ledger before this one aside, where that is the first.
    private var founder: Int?
    /// Whether only that one is in it, which keeps no head.
    private var isFresh: Bool { founder == newestRun }
    private var snapshot: (seq: Int, state: GroupState)?

    /// What a sound ledger still asks for: where it lies, how big it has become.
    public private(set) var advice: [Advice] = []

    public struct Advice: Sendable, Equatable {
        public let finding: String
        public let mend: String
    }

    /// Beyond that a copy or a full check takes minutes; commands take as long as ever.
    static let roomyBytes: Int64 = 1 << 30

    /// Everything that is wrong; empty when it is sound.
    public var problems: [String] { broken + outdated }
    /// Whether it can only be restored or set aside.
    public var isBroken: Bool { !broken.isEmpty }

    /// Whether it is something of the user's that only stands where `MINIBOSS_LEDGER` points.
    private(set) var isForeign = false
    static let foreignMend = "MINIBOSS_LEDGER names it, and miniboss has never kept a ledger there: name another place."

    /// What to do about the problems.
    public var mend: String {
        if isForeign { return Self.foreignMend }
        return isBroken
            ? "Nothing was deleted. Restore it from a backup, in the place of it and of the -head, -wal and -shm beside it, or "
                + "`miniboss doctor --set-aside`: that moves it away whole and begins a new history."
            : "The events are sound. `miniboss doctor --set-aside` computes what hangs on them anew and sets nothing aside."
    }

    /// Reads all of a ledger that may be damaged.
    /// - Returns: `nil` when there is none.
    /// - Throws: `LedgerError` when the check itself can't be made.
    init?(directory: String, path: String?) throws(LedgerError) {
        let location = LedgerLocation(directory: directory, path: path)
        do {
            try run(try LedgerReader(directory: directory, path: path, upcaster: EventCoding.upcaster, checksHead: false))
        } catch {
            if error.code == .missing { return nil }
            guard error.isDamage else { throw error }
            broken.append(error.finding)
            isForeign = path != nil && error.isOfSomethingForeign(at: location)
        }
        advice = Self.advice(kind: FileSystemKind(at: location.directory), bytes: location.bytes, directory: location.directory)
        if !foreign.isEmpty {
            advice.append(
                Advice(
                    finding: "the ledger has in it what miniboss did not make: \(foreign.joined(separator: ", "))",
                    mend: "Nothing: it is left alone."))
        }
        if events > 0, !isBroken, !isFresh, !location.hasHead {
            advice.append(
                Advice(
                    finding: "\(location.path)-head, which tells the newest event, is gone or can't be understood: "
                        + "whether the last events were cut off can't be told",
                    mend:
                        "Nothing, if event \(events) is the last you know of: the next run keeps it again. Else restore both from a backup."
                ))
        }
    }

    /// Why no run could be recorded, sound as the ledger is, or where there is none yet.
    public static func obstacle(directory: String, path: String?) -> Advice? {
        LedgerLocation(directory: directory, path: path).obstacle.map(Advice.init)
    }

    static func advice(kind: FileSystemKind, bytes: Int64, directory: String) -> [Advice] {
        var advice: [Advice] = []
        if kind == .memory {
            advice.append(
                Advice(
                    finding: "\(directory) is on a file system in memory: the history is gone with the machine's next start",
                    mend: "Move the definition to a disk, or keep the ledger there: MINIBOSS_LEDGER=/some/where/ledger.sqlite"))
        }
        if bytes > roomyBytes {
            advice.append(
                Advice(
                    finding: "the history takes \(decimal(Double(bytes) / 1e9, places: 1)) GB",
                    mend: "To begin a new one: `miniboss stop --remove`, then move \(directory) away; it stays readable there."))
        }
        return advice
    }

    private mutating func run(_ reader: LedgerReader) throws(LedgerError) {
        // What is wrong with the table of snapshots the check of the schema says.
        if let kept = try? reader.snapshot(version: GroupState.foldVersion), let state = Replay.state(kept) {
            snapshot = (kept.seq, state)
        }
        let report = try reader.verify { (row) throws(LedgerError) in visit(row) }
        // Also those behind the first bad event have used up their numbers: containers and people know them.
        if let last = try? reader.events(limit: 1, newestFirst: true).first { newestRun = max(newestRun, last.run) }
        events = report.events
        head = report.head
        broken = report.fault.map { ["event \($0.seq) is the first bad one: \($0.flaw.words)"] } ?? []
        if let impossible { broken.append(impossible) }
        broken += report.damage + report.schemaDifferences.filter { !$0.canBeRemade && !$0.isHarmless }.map(\.words)
        foreign = report.schemaDifferences.filter(\.isHarmless).map(\.words)
        outdated += report.schemaDifferences.filter(\.canBeRemade).map(\.words)
        let differing = report.projectionDifferences
        if !differing.isEmpty {
            let more = differing.count > 5 ? " and \(differing.count - 5) more" : ""
            outdated.append(
                "the tables are not what the events add up to: \(differing.prefix(5).joined(separator: ", "))\(more)")
        }
    }

    private mutating func visit(_ row: RecordedEvent) {
        if row.seq == 1 {
            (state, newestRun, impossible, outdated) = (GroupState(), 0, nil, [])
            founder = row.type == LedgerSetAside.type ? row.run : nil
        }
        newestRun = max(newestRun, row.run)
        guard impossible == nil else { return }
        do {
            if let fact = try EventCoding.fact(of: row) { try state.apply(fact) }
        } catch let error as OperationError {
            impossible = error.message
        } catch {
            impossible = "\(error)"
        }
        if let snapshot, snapshot.seq == row.seq, snapshot.state != state {
            outdated.append("snapshots: that of event \(row.seq)")
        }
    }
}

extension LedgerExamination.Advice {
    fileprivate init(_ obstacle: LedgerLocation.Obstacle) {
        switch obstacle {
        case .unwritable(let path):
            self.init(finding: "\(path) can't be written: no run can be recorded", mend: "Make it writable; what is there can be read.")
        case .inTheWay(let path):
            self.init(finding: "\(path) is no file, but a directory or a pipe: no run can be recorded", mend: "Move it away.")
        case .full(let bytes):
            self.init(
                finding: "the disk is full: \(bytes / 1024) KiB are left for the ledger",
                mend: "Free some space; what is there can be read.")
        }
    }
}

extension LedgerError {
    /// Whether what is there was never a ledger of ours: a file or a directory of the user's.
    func isOfSomethingForeign(at location: LedgerLocation) -> Bool { code == .notALedger && !location.hasTraces }
}
