import DockerClient
import Reconciler

/// Stops a group in reverse order of dependency. Works without a definition: the ledger and the labels know the group.
public func stopGroup(_ setting: RunSetting, _ options: StopOptions) async throws(OperationError) -> RunEnd {
    if setting.definition != nil { _ = try setting.checkedDefinition() }
    // What was typed wrongly is no run of the group.
    if !options.exclude.isEmpty, let records = try GroupRecords.open(directory: setting.directory, ledgerPath: setting.ledgerPath) {
        try setting.stopSelection(remembered: try records.state()).check(options)
    }
    let terms = RunTerms(
        isNetworkGiven: options.network != nil, hookTimeout: options.timeout, stopTimeout: options.timeout,
        removesVolumes: options.remove, excluded: options.exclude)
    return try await conduct(setting, terms, group: { setting.group(remembered: $0, network: options.network) }) { run in
        let selection = setting.stopSelection(remembered: run.journal.state)
        async let own =
            options.remove && options.exclude.isEmpty
            ? run.engine.networks(labels: [GroupLabels.filter(group: run.group.name)]) : []
        var observed = try await run.observeNow()
        observed.formerNetworks = try await Set(own.map(\.name)).subtracting([run.group.network]).sorted()
        try run.requireSameEngine(observed)
        try await run.requireWholeList(observed)
        try await run.removeOneOffs(observed)
        // One that has left the group, and of which nothing is here, has nothing to be left out of.
        let present = Set(selection.members.map(\.name)).union(observed.containers.map(\.service))
        let excluded = options.exclude.filter(present.contains)
        // Where nothing is remembered, nobody could tell before what was typed wrongly.
        if selection.members.isEmpty { try checkServiceNames(options.exclude, among: present.sorted()) }
        try selection.check(options)
        let plan = planStop(
            StopRequest(
                members: selection.members, network: run.group.network, observed: observed, excluded: Set(excluded),
                removes: options.remove))
        try run.leaveOut(excluded)
        try await run.execute(plan)
        if options.remove { try await run.removeVolumes(of: plan.outlooks.map(\.service)) }
        // One that had ended before is only removed.
        let ran = Set(plan.steps.filter { $0.kind == .stopContainer }.compactMap(\.service))
        let stopped = plan.outlooks.map(\.service).filter { ran.contains($0) && [.stopped, .absent].contains(run.journal.state[$0].phase) }
        var end = WorkEnd(nothingToDo: plan.isEmpty)
        // As it was saved: the hook may write to it.
        let saved = run.journal.state.context
        if !stopped.isEmpty, !run.interruption.isInterrupted, let hook = setting.definition?.groupHooks.onStopServices {
            end.error = try await run.groupHook(.onStopServices) { try await hook(stopped) }
        }
        // After the hook: what it is to clear away it may know from the context.
        if options.remove, excluded.isEmpty, !run.interruption.isInterrupted, run.failedServices.isEmpty {
            if !run.journal.state.context.values.isEmpty {
                try await run.journal.record(nil, .contextCleared(ContextCleared(cause: "stop --remove")))
            }
            SavedContext(setting)?.remove(holding: saved)
            try run.forget()
        }
        return end
    }
}

extension RunSetting {
    fileprivate func stopSelection(remembered: GroupState) -> StopSelection {
        StopSelection(defined: definition?.spec.services ?? [], remembered: remembered)
    }
}

extension GroupRun {
    /// Refuses a list of the engine's from which containers are missing that are there: what is not stopped would be forgotten.
    fileprivate func requireWholeList(_ observed: ObservedGroup) async throws {
        let listed = Set(observed.containers.map(\.id))
        let state = journal.state
        for name in state.services.keys.sorted() {
            guard let id = state[name].containerID, !listed.contains(id), [.running, .stopped].contains(state[name].phase) else { continue }
            guard let status = try await stateIfPresent(id)?.status, status != "removing", status != "dead" else { continue }
            throw OperationError(
                .failed, "the engine does not list the container \(shortID(id)) of \(name), and yet has it (\(status))",
                next: "Nothing was stopped. `miniboss doctor` checks the engine; then `miniboss stop` tries again.")
        }
    }

    /// The group is gone: how its services without a container had come to have none says nothing any more.
    fileprivate func forget() throws {
        let phases: Set<ServicePhase> = [.failed, .blocked, .excluded, .interrupted]
        let names = journal.state.services.filter { phases.contains($0.value.phase) }.keys.sorted()
        try journal.note(names.map { entry($0, .foundAbsent, cause: "the group was removed") })
    }
}

extension StopSelection {
    fileprivate func check(_ options: StopOptions) throws(OperationError) {
        do { try check(excluded: options.exclude) } catch { throw OperationError(error) }
    }
}
