import DockerClient
import Reconciler

extension GroupRun {
    /// Records a service's failure with its evidence, then takes its container away.
    ///
    /// Both are handed over before the removal's intent, so no removal can come before them. A container that could not be
    /// stopped or removed is no failed start: it stays what it is.
    func fail(_ service: String, _ failure: Failure, in kind: StepKind) async throws {
        failed(service, failure)
        let container = try await failedContainer(of: service, failure)
        // Known whole; gathering the evidence takes the engine a while.
        let isDeath = failure.isDeath
        if isDeath { try move(service, .failed, cause: failure.summary, container: container, failure: failure) }
        var taken: [JournalEntry] = []
        if let container { taken = await evidence(of: service, container: container) }
        if isDeath {
            try journal.note(taken)
        } else {
            var failure = failure
            for case .event(.containerExited(let exit)) in taken.map(\.content) where !exit.running {
                failure.exitCode = failure.exitCode ?? exit.exitCode
                failure.oomKilled = failure.oomKilled || exit.oomKilled
            }
            // It may be what it was to be made from that is wrong, and no intent to make it tells of that.
            let unmade = failure.phase.isBeforeContainer && made(service) == nil ? summary(of: service) : nil
            try journal.note(
                taken + [entry(service, .failed, cause: failure.summary, container: container, failure: failure, spec: unmade)])
        }
        guard let container, !terms.keepFailed, !kind.endsContainer || made(service) == container else { return }
        // What it wrote is nowhere else.
        guard taken.hasLog else {
            let text = "its container is kept, since its log could not be read: `miniboss logs \(service)` tries again"
            return try journal.note(service, .noteTaken(NoteTaken(text: text)))
        }
        try await discard(service, container: container, cause: "because it failed (\(failure.failureClass.rawValue))")
    }

    /// What the service's container would have been made from, as far as that can be told.
    private func summary(of service: String) -> SpecSummary? {
        guard let spec = group[service]?.resolvedAsFar(journal.state.context) else { return nil }
        journal.conceal(spec.secretTexts)
        return summary(of: spec)
    }

    /// The container that failed: this run's own, or the existing one it had started again. A container that was to be
    /// replaced and still runs is not it.
    private func failedContainer(of service: String, _ failure: Failure) async throws -> String? {
        if let id = made(service) { return id }
        return failure.phase.isBeforeContainer ? nil : journal.state[service].containerID
    }

    /// What is known of a container's end: exit code, OOM flag, health output, last log lines.
    func evidence(of service: String, container id: String) async -> [JournalEntry] {
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

    /// Stops and removes a container beside the plan, each step recorded.
    func discard(_ service: String, container id: String, cause: String) async throws {
        do {
            let container = try await engine.inspect(container: id)
            // A new one has another name than the service's until the old one is gone.
            let target = container.name
            if container.state.running {
                // Short: the service has failed already, and its evidence is safe.
                try await call(
                    EngineStep(kind: .stopContainer, service: service, cause: cause, target: target), result: { id }
                ) { () async throws(DockerError) in
                    try await engine.stop(container: id, seconds: min(terms.stopTimeout, 10))
                }
            }
            // An older one may hold data in volumes without a name, and Podman takes handed-on ones along as well.
            let isAllItsOwn = made(service) == id && handedOn(to: id).isEmpty
            try await remove(service, id, target: target, cause: cause, force: true, volumes: isAllItsOwn)
        } catch let error as DockerError {
            // That nothing answers stands with the step already.
            guard !error.isNotFound, !error.isUnreachable else { return }
            try journal.note(service, .noteTaken(NoteTaken(text: "its container \(shortID(id)) could not be removed: \(error)")))
        }
    }
}

extension [JournalEntry] {
    /// Whether a container's log is among them.
    fileprivate var hasLog: Bool {
        contains { if case .event(.logsCaptured) = $0.content { true } else { false } }
    }
}

extension Failure {
    /// How the process ended is known, and explains itself.
    fileprivate var isDeath: Bool { exitCode != nil && [.exitedZero, .exitedNonzero, .killedBySignal].contains(failureClass) }
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
        var cut = lines.reduce(0) { $0 + $1.dropped }
        for line in lines.reversed() {
            let whole = hide(line.text)
            let text = String(prefix(of: whole, bytes: Self.limit.line))
            let isKept = size + text.utf8.count <= Self.limit.all
            if isKept {
                size += text.utf8.count
                kept.append(text)
            }
            cut += whole.utf8.count - (isKept ? text.utf8.count : 0)
        }
        self.init(containerID: container, lines: kept.reversed(), truncatedBytes: cut)
    }
}
