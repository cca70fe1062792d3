import DockerClient
import Glibc
import Ledger
import Reconciler

/// A group's ledger opened for one run, with everything earlier runs left folded.
struct OpenLedger: Sendable {
    let writer: LedgerWriter
    let state: GroupState
    let run: Int

    /// Takes the group's lock.
    /// - Throws: `OperationError`: `.busy` when another miniboss is at work, `.ledger` when the ledger can't be used.
    init(_ setting: RunSetting) throws(OperationError) {
        let holder = LockHolder(pid: Int(getpid()), command: setting.command, startedAt: setting.clock.now())
        do throws(LedgerError) {
            writer = try LedgerWriter.open(directory: setting.directory, path: setting.ledgerPath, holder: holder) { seconds in
                setting.isWorthWaiting(seconds)
            }
        } catch { throw OperationError(ledger: error) }
        do {
            let replay = try Replay(writer.reader)
            // What is decided upon must be what was written. Events behind a snapshot were checked when it was made.
            try writer.reader.verifyChain(after: replay.first)
            state = replay.state
            if replay.length > Replay.longest { try writer.keepSnapshot(replay.snapshot(), version: GroupState.foldVersion) }
            run = try writer.nextRunNumber()
        } catch {
            writer.close()
            throw OperationError(folding: error)
        }
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
func connectEngine(_ environment: [String: String]) async throws(OperationError) -> (engine: any ContainerEngine, identity: EngineIdentity)
{
    do {
        let docker = try Docker(environment: environment)
        do { return (docker, try await docker.identity()) } catch {
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
    stopTimeout: Double = 10, keepFailed: Bool = false, work: @Sendable (GroupRun) async throws -> WorkEnd
) async throws(OperationError) -> RunEnd {
    let start = setting.clock.monotonic()
    let ledger = try OpenLedger(setting)
    defer { ledger.writer.close() }
    let journal = Journal(
        run: ledger.run, writer: ledger.writer, state: ledger.state, clock: setting.clock, observer: setting.observer)
    let spec = group(ledger.state)

    let connected: (engine: any ContainerEngine, identity: EngineIdentity)?
    var failure: OperationError?
    do { connected = try await connectEngine(setting.environment) } catch {
        connected = nil
        failure = error
    }
    if let connected { try await settleEarlierRuns(journal, engine: connected.engine, group: spec.name) }
    try await journal.record(
        nil, .runStarted(runStarted(setting, spec, connected?.identity, remembered: ledger.state)))
    if let failure {
        try await journal.record(nil, .runFinished(RunFinished(outcome: .failed, error: "engine_unreachable: \(failure.message)")))
        throw failure
    }
    guard let connected else { throw OperationError(.defect, "neither an engine nor a reason") }

    let run = GroupRun(
        setting: setting, group: spec, engine: connected.engine, journal: journal,
        fingerprintKey: try fingerprintKey(directory: setting.directory), isNetworkGiven: isNetworkGiven, hookTimeout: hookTimeout,
        stopTimeout: stopTimeout, keepFailed: keepFailed)
    LiveContext.open(run.context)
    defer { LiveContext.close() }
    // One second back: events of this very moment must not fall between two clocks.
    run.watch.begin(
        engine: connected.engine, group: spec.name, since: EngineTime(nanoseconds: connected.identity.time.nanoseconds - 1_000_000_000))
    defer { run.watch.end() }

    var end = WorkEnd()
    var thrown: OperationError?
    do { end = try await work(run) } catch {
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
        let cause = setting.interruption.signal.map { "interrupted by \($0)" } ?? "the run ended before it"
        try await journal.record(
            cutOff(journal.state, cause: cause, run: nil)
                + [
                    JournalEntry(
                        nil,
                        .runFinished(
                            RunFinished(outcome: outcome, error: thrown?.message ?? end.error, signal: setting.interruption.signal)))
                ])
    }
    if let thrown { throw thrown }
    return RunEnd(
        run: ledger.run, outcome: outcome, nothingToDo: end.nothingToDo, seconds: setting.clock.seconds(since: start),
        facts: journal.recorded)
}

/// What the work of a run leaves to be said at its end.
struct WorkEnd: Sendable {
    var nothingToDo = false
    var hasFailed = false
    /// What went wrong beside services, e.g. a hook of the group.
    var error: String?
}

private func runStarted(_ setting: RunSetting, _ spec: GroupSpec, _ identity: EngineIdentity?, remembered: GroupState) -> RunStarted {
    let defined = spec.services.map { service in
        RunStarted.Member(
            name: service.name, dependencies: service.dependencies, typeName: service.typeName, image: service.image,
            origin: setting.definition?.origins[service.name])
    }
    return RunStarted(
        command: setting.command, arguments: setting.arguments, group: spec.name, network: spec.network,
        definition: setting.definition?.hash, definitionPath: setting.definition?.path ?? setting.environment["MINIBOSS_DEFINITION"],
        engine: identity?.version, engineID: identity?.id, pid: Int(getpid()),
        services: setting.definition == nil ? remembered.members : defined)
}
