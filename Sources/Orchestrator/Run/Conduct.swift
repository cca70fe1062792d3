import DockerClient
import Ledger
import Reconciler

/// Opens a run, settles what earlier ones left, does the work, and closes it whatever happens.
func conduct(
    _ setting: RunSetting, _ terms: RunTerms, group: (GroupState) -> GroupSpec, work: (GroupRun) async throws -> WorkEnd
) async throws(OperationError) -> RunEnd {
    let moment = setting.clock.moment
    // Beside the opening of the ledger: each takes a while, and neither asks the other. Nothing is changed by it.
    let connecting = Task { await connection(setting) }
    defer { connecting.cancel() }
    let journal = try openJournal(setting)
    defer { journal.close() }
    let opening = RunOpening(
        setting: setting, terms: terms, journal: journal, remembered: journal.state, group: group(journal.state), moment: moment)
    let connected: EngineConnection
    var halfStops: [HalfStop] = []
    switch try await opening.engine(of: connecting, &halfStops) {
    case .success(let connection): connected = connection
    case .failure(let failure): return try await opening.concludeWithoutEngine(failure)
    }
    // A second interrupt leaves at once: then this is all that tells the next run why.
    let token = setting.interruption.onInterrupt { [interruption = setting.interruption] in
        Task {
            // Refused while the run has let go of the ledger: what it leaves for others has the signal, too.
            try? await journal.record(nil, .runInterrupted(RunInterrupted(signal: interruption.signal ?? "")))
            interruption.recorded()
        }
    }
    defer { setting.interruption.forget(token) }
    let run: GroupRun
    do { run = try opening.run(on: connected, halfStops) } catch { return try await opening.concludeWithoutEngine(error) }
    LiveContext.open(run.context)
    defer { LiveContext.close() }
    run.watch.begin(engine: run.engine, group: run.group.name, since: run.engineBegan)
    defer { run.watch.end() }
    let silence = Task { await tellOfSilentCalls(journal, setting.clock) }
    defer { silence.cancel() }

    var end = WorkEnd()
    var thrown: OperationError?
    do { end = try await work(run) } catch let left as LeftAside {
        if let cause = left.cause { throw cause.concealed(by: journal.redaction) }
        return run.end(.interrupted, since: moment)
    } catch { thrown = OperationError(ending: error, command: setting.command) }
    let outcome = try await run.conclude(end, thrown)
    run.mark?.remove()
    if let thrown { throw thrown.concealed(by: journal.redaction).of(run: journal.run) }
    return run.end(outcome, nothingToDo: end.nothingToDo, since: moment)
}

/// A run between the taking of the lock and the first look at the engine.
private struct RunOpening {
    let setting: RunSetting
    let terms: RunTerms
    let journal: Journal
    /// What the ledger held before this run.
    let remembered: GroupState
    let group: GroupSpec
    let moment: Moment

    /// Records that the run began, once the engine has answered or is late, and settles earlier runs with its help.
    func engine(
        of connecting: Task<Result<EngineConnection, OperationError>, Never>, _ halfStops: inout [HalfStop]
    ) async throws(OperationError) -> Result<EngineConnection, OperationError> {
        guard let answer = await answer(of: connecting, within: enginePatience, setting.clock) else {
            // Whoever ends this now finds in the ledger that it was at work, though not on which engine.
            await learnSecrets(nil)
            try await journal.record([await beginning(nil)])
            journal.remark(nil, "the Docker Engine has not answered yet; waiting for it")
            let late = await connecting.value
            await learnSecrets(try? late.get())
            guard let connected = try? late.get() else { return late }
            let identity = connected.identity
            try journal.note(nil, .engineReached(EngineReached(engine: identity.version, engineID: identity.id)))
            return await settled(connected, &halfStops)
        }
        let connected = try? answer.get()
        await learnSecrets(connected)
        guard let connected else {
            try journal.note([await beginning(nil)])
            return answer
        }
        let settled = await settled(connected, &halfStops)
        try journal.note([await beginning(connected)])
        return settled
    }

    /// The engine, once it was asked what earlier runs left; a run that can't find that out is one that failed.
    private func settled(_ connected: EngineConnection, _ halfStops: inout [HalfStop]) async -> Result<EngineConnection, OperationError> {
        do throws(OperationError) {
            halfStops = try await settleEarlierRuns(journal, setting, connected, group: group.name)
            return .success(connected)
        } catch { return .failure(error) }
    }

    private func learnSecrets(_ connected: EngineConnection?) async {
        // What is typed for a container may hold what that container was given.
        let isForContainer = ["exec", "run"].contains(setting.command)
        journal.conceal(
            await groupSecrets(
                setting.definition, remembered, group: group.name, engine: connected?.engine, asksContainers: isForContainer))
    }

    private func beginning(_ connected: EngineConnection?) async -> JournalEntry {
        var started = runStarted(connected?.identity)
        started.excluded = terms.excluded.isEmpty ? nil : terms.excluded
        if await mayTellUnknownSecrets(setting, remembered, connected?.engine, group: group.name) {
            started.arguments = started.arguments.prefix(1) + started.arguments.dropFirst().map { _ in EnvironmentValue.mask }
        }
        return JournalEntry(.runStarted(started), at: moment)
    }

    private func runStarted(_ identity: EngineIdentity?) -> RunStarted {
        // The whole group, whatever part of it this run is about: a stop without a definition has only this.
        let definition = setting.definition
        let defined = (definition?.spec ?? group).services.map { RunStarted.Member($0, origin: definition?.places[$0.typeName]) }
        return RunStarted(
            command: setting.command, arguments: setting.arguments, group: group.name, network: group.network,
            definition: definition?.hash, definitionPath: definition?.path,
            engine: identity?.version, engineID: identity?.id, pid: setting.host.pid,
            services: definition == nil ? remembered.members : defined)
    }

    func run(on connected: EngineConnection, _ halfStops: [HalfStop]) throws(OperationError) -> GroupRun {
        var terms = terms
        // Another than the group's own was named once, by this run or the start it follows.
        terms.isNetworkGiven = terms.isNetworkGiven || group.network != GroupSpec(name: group.name, services: []).network
        return GroupRun(
            setting: setting, terms: terms, group: group, connected: connected,
            otherEngineID: remembered.engineID.flatMap { $0 == connected.identity.id ? nil : $0 }, journal: journal,
            fingerprintKey: try setting.host.fingerprintKey(setting), halfStops: halfStops)
    }

    /// Ends a run that came to no work: it found no engine, say, or was interrupted before one answered.
    func concludeWithoutEngine(_ failure: OperationError) async throws(OperationError) -> RunEnd {
        guard setting.interruption.isInterrupted else {
            try await journal.record(nil, .runFinished(RunFinished(outcome: .failed, error: failure.recorded, next: failure.next)))
            throw failure.of(run: journal.run)
        }
        let signal = setting.interruption.signal
        try await journal.record([
            JournalEntry(nil, .runInterrupted(RunInterrupted(signal: signal ?? ""))),
            JournalEntry(nil, .runFinished(RunFinished(outcome: .interrupted, signal: signal))),
        ])
        setting.interruption.recorded()
        return RunEnd(
            run: journal.run, outcome: .interrupted, nothingToDo: false, seconds: setting.clock.seconds(since: moment.monoNs),
            facts: journal.recorded, state: journal.state)
    }
}

extension GroupRun {
    /// Records the end of the run, and of what it leaves half-way.
    fileprivate func conclude(_ end: WorkEnd, _ thrown: OperationError?) async throws(OperationError) -> RunOutcome {
        let hasFailed = thrown != nil || !failedServices.isEmpty || end.hasFailed
        let outcome: RunOutcome = interruption.isInterrupted ? .interrupted : hasFailed ? .failed : .succeeded
        // What it did last can't be said any more: whatever it came to, that is how it ends.
        if let failure = journal.failure { throw thrown ?? failure }
        // Nor what it left for others to record, when the ledger could not be opened again.
        if let thrown, !journal.isOpen { throw thrown }
        try await settleLastWords(journal, setting)
        let cause = interruption.signal.map { "interrupted by \($0)" } ?? "the run ended before it"
        let running = outcome == .succeeded ? nil : await runningServices()
        let finished = RunFinished(
            outcome: outcome, error: thrown?.recorded ?? end.error, next: thrown?.next, signal: interruption.signal, running: running)
        // One that let others at the group moves no service itself: what is half-way is that of a run that was killed meanwhile.
        let halfWay = mark == nil ? cutOff(journal.state, cause: cause, run: nil) : []
        try await journal.record(halfWay + [JournalEntry(nil, .runFinished(finished))])
        return outcome
    }

    fileprivate func end(_ outcome: RunOutcome, nothingToDo: Bool = false, since moment: Moment) -> RunEnd {
        RunEnd(
            run: journal.run, outcome: outcome, nothingToDo: nothingToDo, seconds: clock.seconds(since: moment.monoNs),
            facts: journal.recorded, state: journal.state)
    }
}

extension OperationError {
    /// What ends a run beside its services' failures; `nil` for an interruption.
    init?(ending error: any Error, command: String) {
        switch StepFault(error, phase: .start) {
        case .fatal(let error): self = error
        case .failed(let failure): self.init(failure, command: command)
        case .interrupted, .givenUp: return nil
        }
    }

    /// What is no single service's failure ends the run.
    private init(_ failure: Failure, command: String) {
        let hint = failure.hint(service: "", typeName: "", origin: nil, changes: [], invocation: command)
        self.init(
            failure.failureClass == .engineUnreachable ? .engine : .failed, failure.summary,
            next: hint.prefix(1).uppercased() + hint.dropFirst() + ".")
    }

    /// With its class, as the ledger has it.
    fileprivate var recorded: String { (code == .engine ? "\(FailureClass.engineUnreachable.rawValue): " : "") + message }
}

/// What the work of a run leaves to be said at its end.
struct WorkEnd: Sendable {
    var nothingToDo = false
    var hasFailed = false
    /// What went wrong beside services, e.g. a hook of the group.
    var error: String?
}
