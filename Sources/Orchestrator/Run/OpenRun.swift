import DockerClient
package import Ledger
package import Reconciler

extension LedgerWriter: RunLedger {
    package func foldedState() throws(OperationError) -> GroupState {
        do {
            let replay = try Replay(reader)
            // What is decided upon must be what was written. Events behind a snapshot were checked when it was made.
            try reader.verifyChain(after: replay.first)
            if replay.length > Replay.longest { try keepSnapshot(replay.snapshot(), version: GroupState.foldVersion) }
            return replay.state
        } catch { throw OperationError(folding: error) }
    }
}

/// Takes the group's lock.
/// - Throws: `OperationError`: `.busy` when another miniboss is at work, `.ledger` when the ledger can't be used.
func openGroupLedger(_ setting: RunSetting) throws(OperationError) -> LedgerWriter {
    let holder = LockHolder(pid: setting.host.pid, command: setting.command, startedAt: setting.clock.now())
    do throws(LedgerError) {
        return try LedgerWriter.open(directory: setting.directory, path: setting.ledgerPath, holder: holder) { seconds in
            setting.isWorthWaiting(seconds)
        }
    } catch {
        throw OperationError(ledger: error, setting)
    }
}

extension RunSetting {
    /// Another program holds the ledger: a run that is at work waits until it lets go or the user has had enough.
    fileprivate func isWorthWaiting(_ seconds: Int) -> Bool {
        if seconds == 2 { observer.remark(service: nil, "another program holds the ledger; waiting for it to close it") }
        return !interruption.isInterrupted
    }
}

extension OperationError {
    init(folding error: any Error) {
        switch error {
        case let error as LedgerError: self.init(ledger: error)
        case let error as OperationError: self = error
        case let error as IllegalHistory:
            self.init(.ledger, "the ledger tells of something impossible: \(error)", next: "`miniboss doctor` checks it.")
        default: self.init(.ledger, "\(error)", next: "`miniboss doctor` checks the ledger.")
        }
    }
}

/// The engine the environment names.
/// - Throws: `OperationError` with `.engine`: no socket, refused, no permission, or a scheme that is not spoken.
func connectEngine(_ environment: [String: String]) async throws(OperationError) -> EngineConnection {
    do {
        let docker = try Docker(environment: environment)
        do { return EngineConnection(engine: docker, identity: try await docker.identity()) } catch {
            throw OperationError(unreachable: error, host: docker.host.description)
        }
    } catch let error as OperationError {
        throw error
    } catch let error as DockerError {
        throw OperationError(unreachable: error, host: environment["DOCKER_HOST"] ?? "the current context")
    } catch { throw OperationError(.defect, "\(error)") }
}

/// Opens a run, settles what earlier ones left, does the work, and closes it whatever happens.
func conduct(
    _ setting: RunSetting, group: @escaping @Sendable (GroupState) -> GroupSpec, isNetworkGiven: Bool, hookTimeout: Double,
    stopTimeout: Double = 10, keepFailed: Bool = false, removesVolumes: Bool = false, excluded: [String] = [],
    work: @Sendable (GroupRun) async throws -> WorkEnd
) async throws(OperationError) -> RunEnd {
    let moment = setting.clock.moment
    let start = moment.monoNs
    // Beside the opening of the ledger: each takes a while, and neither asks the other. Nothing is changed by it.
    let connecting = Task { await connection(setting) }
    defer { connecting.cancel() }
    let ledger = try setting.host.openLedger(setting)
    let remembered: GroupState
    let journal: Journal
    do {
        remembered = try ledger.foldedState()
        journal = Journal(
            run: try ledger.nextRunNumber(), ledger: ledger, state: remembered, clock: setting.clock, observer: setting.observer)
    } catch {
        ledger.close()
        throw OperationError(folding: error)
    }
    defer { journal.close() }
    let spec = group(remembered)

    func learnSecrets(_ connected: EngineConnection?) async {
        journal.conceal(await groupSecrets(setting.definition, remembered, group: spec.name, engine: connected?.engine))
    }
    func begin(_ connected: EngineConnection?) async -> JournalEntry {
        var started = runStarted(setting, spec, connected?.identity, remembered: remembered)
        started.excluded = excluded.isEmpty ? nil : excluded
        if await mayTellUnknownSecrets(setting, remembered, connected?.engine, group: spec.name) {
            started.arguments = started.arguments.prefix(1) + started.arguments.dropFirst().map { _ in EnvironmentValue.mask }
        }
        return JournalEntry(.runStarted(started), at: moment)
    }

    var hasBegun = false
    var answer = await answer(of: connecting, within: enginePatience, setting.clock)
    if answer == nil {
        // Whoever ends this now finds in the ledger that it was at work, though not on which engine.
        await learnSecrets(nil)
        try await journal.record([await begin(nil)])
        hasBegun = true
        journal.remark(nil, "the Docker Engine has not answered yet; waiting for it")
        answer = await connecting.value
    }
    let connected = try? answer?.get()
    await learnSecrets(connected)
    let halfStops = if let connected { try await settleEarlierRuns(journal, setting, connected, group: spec.name) } else { [HalfStop]() }
    if !hasBegun { try journal.note([await begin(connected)]) }
    if case .failure(let failure) = answer {
        return try await concludeWithoutEngine(journal, setting, failure, since: start)
    }
    guard let connected else { throw OperationError(.defect, "neither an engine nor a reason") }
    // A second interrupt leaves at once: then this is all that tells the next run why.
    let token = setting.interruption.onInterrupt { [interruption = setting.interruption] in
        Task {
            // Refused while the run has let go of the ledger: what it leaves for others has the signal, too.
            try? await journal.record(nil, .runInterrupted(RunInterrupted(signal: interruption.signal ?? "")))
            interruption.recorded()
        }
    }
    defer { setting.interruption.forget(token) }

    let run = GroupRun(
        setting: setting, group: spec, engine: connected.engine,
        otherEngineID: remembered.engineID.flatMap { $0 == connected.identity.id ? nil : $0 }, journal: journal,
        fingerprintKey: try setting.host.fingerprintKey(setting),
        // Another than the group's own was named once, by this run or the start it follows.
        isNetworkGiven: isNetworkGiven || spec.network != GroupSpec(name: spec.name, services: []).network, hookTimeout: hookTimeout,
        stopTimeout: stopTimeout, keepFailed: keepFailed, removesVolumes: removesVolumes, halfStops: halfStops)
    LiveContext.open(run.context)
    defer { LiveContext.close() }
    run.watch.begin(engine: connected.engine, group: spec.name, since: connected.identity.time)
    defer { run.watch.end() }

    var end = WorkEnd()
    var thrown: OperationError?
    do { end = try await work(run) } catch is LeftAside {
        return RunEnd(
            run: journal.run, outcome: .interrupted, nothingToDo: false, seconds: setting.clock.seconds(since: start),
            facts: journal.recorded, state: journal.state)
    } catch {
        switch StepFault(error, phase: .start) {
        case .fatal(let error): thrown = error
        case .failed(let failure): thrown = OperationError(failure.failureClass == .engineUnreachable ? .engine : .failed, failure.summary)
        case .interrupted: break
        }
    }
    let outcome: RunOutcome =
        setting.interruption.isInterrupted
        ? .interrupted : thrown != nil || !run.failedServices.isEmpty || end.hasFailed ? .failed : .succeeded
    if journal.failure == nil {
        try await settleLastWords(journal, setting)
        let cause = setting.interruption.signal.map { "interrupted by \($0)" } ?? "the run ended before it"
        let running = outcome == .succeeded ? nil : await run.runningServices()
        try await journal.record(
            cutOff(journal.state, cause: cause, run: nil)
                + [
                    JournalEntry(
                        nil,
                        .runFinished(
                            RunFinished(
                                outcome: outcome, error: thrown?.message ?? end.error, next: thrown?.next,
                                signal: setting.interruption.signal, running: running
                            )
                        ))
                ])
    }
    run.mark?.remove()
    if let thrown { throw thrown.concealed(by: journal.redaction) }
    return RunEnd(
        run: journal.run, outcome: outcome, nothingToDo: end.nothingToDo, seconds: setting.clock.seconds(since: start),
        facts: journal.recorded, state: journal.state)
}

/// Seconds after which a run is recorded as begun, whether the engine has answered or not.
private let enginePatience = 1.0

/// - Returns: `nil` when the engine has not answered by then.
private func answer(
    of connecting: Task<Result<EngineConnection, OperationError>, Never>, within seconds: Double, _ clock: RunClock
) async -> Result<EngineConnection, OperationError>? {
    let race = Race<Result<EngineConnection, OperationError>?>()
    Task { race.offer(await connecting.value) }
    let timer = Task {
        try await clock.sleep(seconds)
        race.offer(nil)
    }
    defer { timer.cancel() }
    return await race.value()
}

/// Ends a run that found no engine, or was interrupted before one answered.
private func concludeWithoutEngine(
    _ journal: Journal, _ setting: RunSetting, _ failure: OperationError, since start: Int64
) async throws(OperationError) -> RunEnd {
    guard setting.interruption.isInterrupted else {
        let error = (failure.code == .engine ? "engine_unreachable: " : "") + failure.message
        try await journal.record(nil, .runFinished(RunFinished(outcome: .failed, error: error, next: failure.next)))
        throw failure
    }
    let signal = setting.interruption.signal
    try await journal.record([
        JournalEntry(nil, .runInterrupted(RunInterrupted(signal: signal ?? ""))),
        JournalEntry(nil, .runFinished(RunFinished(outcome: .interrupted, signal: signal))),
    ])
    setting.interruption.recorded()
    return RunEnd(
        run: journal.run, outcome: .interrupted, nothingToDo: false, seconds: setting.clock.seconds(since: start),
        facts: journal.recorded, state: journal.state)
}

/// An engine that takes a connection and never answers is not waited for once the user has had enough.
private func connection(_ setting: RunSetting) async -> Result<EngineConnection, OperationError> {
    do throws(OperationError) {
        return .success(try await setting.interruption.cutting { () async throws(OperationError) in try await setting.connect() })
    } catch { return .failure(error) }
}

/// What the work of a run leaves to be said at its end.
struct WorkEnd: Sendable {
    var nothingToDo = false
    var hasFailed = false
    /// What went wrong beside services, e.g. a hook of the group.
    var error: String?
}

private func runStarted(_ setting: RunSetting, _ spec: GroupSpec, _ identity: EngineIdentity?, remembered: GroupState) -> RunStarted {
    // The whole group, whatever part of it this run is about: a stop without a definition has only this.
    let defined = (setting.definition?.spec ?? spec).services.map { RunStarted.Member($0, origin: setting.definition?.origins[$0.name]) }
    return RunStarted(
        command: setting.command, arguments: setting.arguments, group: spec.name, network: spec.network,
        definition: setting.definition?.hash, definitionPath: setting.definition?.path ?? setting.environment["MINIBOSS_DEFINITION"],
        engine: identity?.version, engineID: identity?.id, pid: setting.host.pid,
        services: setting.definition == nil ? remembered.members : defined)
}
