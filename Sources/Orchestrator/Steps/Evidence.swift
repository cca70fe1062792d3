import DockerClient
import Reconciler

extension GroupRun {
    /// What is known of a container's end: exit code, OOM flag, health output, last log lines.
    ///
    /// - Parameter withLog: whether its log is taken, too, which a container that stays keeps by itself.
    func evidence(of service: String, container id: String, withLog: Bool = true) async -> [JournalEntry] {
        var entries: [JournalEntry] = []
        var began: EngineTime?
        if let inspect = await within(Self.evidencePatience, { [engine] in try? await engine.inspect(container: id) }) {
            let state = inspect.state
            began = state.earliestLine
            // A container of an earlier start may have been given a secret that the definition no longer tells.
            journal.conceal(inspect.config.values(of: journal.state[service].secretKeys))
            let health = (state.health?.log ?? []).suffix(5).map { "exit \($0.exitCode)" + ($0.output.isEmpty ? "" : ": \($0.output)") }
            entries.append(
                JournalEntry(
                    service,
                    .containerExited(
                        ContainerExited(
                            containerID: id, exitCode: state.endedWith, oomKilled: state.oomKilled,
                            error: state.error.isEmpty ? nil : state.error, health: health, running: state.running))))
        }
        guard withLog else { return entries }
        if let lines = await within(
            Self.evidencePatience,
            { [engine, began] in
                try? await engine.logTail(container: id, lines: 200, since: began)
            })
        {
            entries.append(JournalEntry(service, .logsCaptured(LogsCaptured(container: id, lines: lines, hide: journal.redaction))))
        }
        return entries
    }

    /// Seconds an engine may take to tell of a container that failed: the failure is to be told, with or without.
    private static var evidencePatience: Double { 10 }

    /// What a call says in time; `nil` for what it says later.
    private func within<Value: Sendable>(_ seconds: Double, _ call: @escaping @Sendable () async -> Value?) async -> Value? {
        await withTaskGroup(of: Value?.self) { [clock] group in
            group.addTask { await call() }
            group.addTask {
                try? await clock.sleep(seconds)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    /// Records how a container ended that nobody was there to see, before it is started again or taken away: what killed it
    /// over night is told by nothing else then.
    func rememberEnd(of service: String, container id: String, isKept: Bool) async throws {
        guard takeUnseenEnd(of: id) else { return }
        var entries = await evidence(of: service, container: id, withLog: !isKept)
        if !isKept {
            let isRead = entries.hasLog
            let log =
                isRead ? "its last lines are kept: `miniboss history \(journal.run) --service \(service)`" : "its log could not be read"
            let text = "its container had ended before this run; \(log)"
            entries.insert(JournalEntry(service, .noteTaken(NoteTaken(text: text))), at: 0)
        }
        try journal.note(entries)
    }
}

extension [JournalEntry] {
    /// Whether a container's log is among them.
    var hasLog: Bool {
        contains { if case .event(.logsCaptured) = $0.content { true } else { false } }
    }
}

extension ContainerState {
    /// Lines from before belong to an earlier start of the container. The engine takes its note of a start when the process
    /// runs already and may have written.
    fileprivate var earliestLine: EngineTime? {
        EngineTime(startedAt).map { EngineTime(nanoseconds: $0.nanoseconds - 2_000_000_000) }
    }

    /// The code its process ended with; `nil` while it runs, and when none ever ran. What the engine says of a command that
    /// could not be run (126, 127) counts as well.
    fileprivate var endedWith: Int? {
        if running { return nil }
        return status == "created" && exitCode != 126 && exitCode != 127 ? nil : exitCode
    }
}

extension LogsCaptured {
    /// Bytes of log kept for one container, and of one line.
    private static let limit = (all: 64 * 1024, line: 4096)

    /// - Parameter hide: masks secrets before anything is cut, or a cut would leave a part of one that is no longer found.
    init(container: String, lines: [LogLine], hide: Redaction) {
        var kept: [String] = []
        var size = 0
        var isFull = false
        var cut = lines.reduce(0) { $0 + $1.dropped }
        for line in lines.reversed() {
            let whole = hide(line.text)
            let text = String(prefix(of: whole, bytes: Self.limit.line))
            // From the first that does not fit on, all are left out: the lines that are kept follow one another.
            isFull = isFull || size + text.utf8.count > Self.limit.all
            if !isFull {
                size += text.utf8.count
                kept.append(text)
            }
            cut += whole.utf8.count - (isFull ? 0 : text.utf8.count)
        }
        self.init(containerID: container, lines: kept.reversed(), truncatedBytes: cut)
    }
}
