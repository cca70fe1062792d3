import DockerClient
import Reconciler

/// Settles what runs that were killed left behind: every intent without an outcome is looked up, then the run is closed.
///
/// Nothing is done to the engine here. What is there is adopted or planned away by the run that follows.
/// A run that lives and only let go of the lock is left alone; one that left how it ended is recorded with that. What another
/// engine was asked only that one can tell: such an intent stays open.
func settleEarlierRuns(
    _ journal: Journal, _ setting: RunSetting, _ connected: EngineConnection, group: String
) async throws(OperationError) -> [HalfStop] {
    let engine = connected.engine
    var halfStops: [HalfStop] = []
    let living = try await settleLastWords(journal, setting)
    let state = journal.state
    let open = state.openRuns.subtracting(living).filter { $0 != journal.run }.sorted()
    for intent in state.orphanedIntents(on: connected.identity.id, atWork: living.union([journal.run])) {
        let end = state.interruptions[intent.run].map { "it was interrupted by \($0)" }
        // One that closed its run itself was not killed: it was not waited for.
        let cause = end ?? (state.openRuns.contains(intent.run) ? "miniboss was killed" : "its run was cut off")
        let outcome = try await lookUp(intent, engine: engine, group: group, cause: cause)
        if case .stepFailed = outcome, let halfStop = await HalfStop(intent, engine: engine, group: group) { halfStops.append(halfStop) }
        try await journal.record(
            [JournalEntry(intent.service, outcome, operation: intent.operation, run: intent.run)]
                + consequence(of: outcome, for: intent, journal.state))
    }
    for run in open {
        // Interrupted twice, or killed while it settled.
        let signal = state.interruptions[run]
        let end = RunFinished(outcome: signal == nil ? .crashed : .interrupted, settledBy: journal.run, signal: signal)
        try await journal.record(
            cutOff(journal.state, cause: signal.map { "interrupted by \($0)" } ?? "miniboss was killed", run: run) + [
                JournalEntry(nil, .runFinished(end), run: run)
            ])
    }
    return halfStops
}

/// The transition that the killed run would have recorded next, had it known the outcome.
private func consequence(of outcome: Event, for open: OpenIntent, _ state: GroupState) -> [JournalEntry] {
    guard case .stepSucceeded(let step) = outcome, let service = open.service else { return [] }
    let phase = state[service].phase
    let event: ServiceEvent? =
        switch (step.step, phase) {
        case (.createContainer, .creating): .containerCreated
        case (.startContainer, .starting), (.unpauseContainer, .starting): .containerStarted
        case (.stopContainer, .stopping): .containerStopped
        case (.removeContainer, .removing): .containerRemoved
        default: nil
        }
    guard let event else { return [] }
    return [JournalEntry(service, move: Move(event: event, container: step.result ?? state[service].containerID), run: open.run)]
}

/// Services that a run leaves half-way are marked so: the next run knows where they stand.
func cutOff(_ state: GroupState, cause: String, run: Int?) -> [JournalEntry] {
    state.services.keys.sorted().compactMap { service in
        state[service].phase.isUnderWay ? JournalEntry(service, move: Move(event: .interrupted, cause: cause), run: run) : nil
    }
}

/// What became of an operation whose process was killed: by the label it gave what it made, else by the state it wanted.
private func lookUp(
    _ open: OpenIntent, engine: any ContainerEngine, group: String, cause: String
) async throws(OperationError) -> Event {
    let intent = open.intent
    func done(_ result: String?) -> Event {
        .stepSucceeded(StepSucceeded(step: intent.step, target: intent.target, result: result, seconds: 0, resolved: "adopted"))
    }
    func notDone(_ why: String, _ resolved: String = "absent") -> Event {
        .stepFailed(StepFailed(step: intent.step, target: intent.target, error: why, status: nil, seconds: 0, resolved: resolved))
    }
    func untold(_ what: String) -> Event {
        .stepUnknown(StepUnknown(step: intent.step, target: intent.target, error: what, resolved: "unknown"))
    }
    do {
        switch intent.step {
        case .createContainer:
            if let made = try await engine.containers(labels: [GroupLabels.filter(operation: open.operation)]).first {
                return done(made.id)
            }
            return notDone("\(cause) before the container was made")
        case .createNetwork:
            let networks = try await engine.networks(named: intent.target)
            if let ours = networks.first(where: { $0.labels[GroupLabels.group] == group }) { return done(ours.id) }
            return networks.isEmpty
                ? notDone("\(cause) before the network was made") : notDone("the name belongs to someone else", "foreign")
        case .removeNetwork:
            return try await engine.networks(named: intent.target).isEmpty ? done(nil) : notDone("the network is still there")
        case .removeVolume:
            return try await engine.volumes().contains(intent.target) ? notDone("the volume is still there") : done(nil)
        case .pullImage, .buildImage:
            return untold("\(cause); it is done again when it is needed")
        case .startContainer, .unpauseContainer, .stopContainer, .removeContainer, .renameContainer:
            return try await lookUpContainer(open, engine: engine, group: group, cause: cause, done: done, notDone: notDone)
        case .execInContainer:
            return untold("\(cause); its command may still run in the container")
        case .preStart, .ping, .postStart, .preStop, .reconsider:
            return untold("\(cause) while it ran")
        }
    } catch let error as DockerError {
        // The engine answers, and not for this one: it must not keep the group from all commands.
        if error.status != nil || error.code == .protocolViolation {
            return untold("\(cause), and the engine can't tell what became of it: \(error)")
        }
        throw OperationError(
            .engine, "what run \(open.run) left can't be looked up: \(error)", next: "`miniboss doctor` looks at the engine.")
    } catch { throw OperationError(.defect, "\(error)") }
}

private func lookUpContainer(
    _ open: OpenIntent, engine: any ContainerEngine, group: String, cause: String, done: (String?) -> Event,
    notDone: (String, String) -> Event
) async throws -> Event {
    let intent = open.intent
    let container: ContainerInspect
    do throws(DockerError) { container = try await engine.inspect(container: intent.target) } catch {
        guard error.isNotFound else { throw error }
        return intent.step == .removeContainer ? done(nil) : notDone("the container is not there", "absent")
    }
    guard GroupLabels.areOn(container, group: group, service: open.service) else {
        return intent.step == .removeContainer ? done(nil) : notDone("the container is gone, its name belongs to someone else", "foreign")
    }
    return intent.isDone(container) ? done(container.id) : notDone("\(cause) before it was done", "absent")
}

extension StepIntended {
    fileprivate func isDone(_ container: ContainerInspect) -> Bool {
        switch step {
        case .startContainer, .unpauseContainer: container.state.running && !container.state.paused
        case .stopContainer: !container.state.running
        case .renameContainer: container.name == target
        default: false
        }
    }
}
