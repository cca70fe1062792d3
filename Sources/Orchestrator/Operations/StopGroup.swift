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
        try await run.removeOneOffs(observed)
        let names = selection.members.map(\.name)
        try checkServiceNames(options.exclude, among: names + Set(observed.containers.map(\.service)).subtracting(names).sorted())
        try selection.check(options)
        let plan = planStop(
            StopRequest(
                members: selection.members, network: run.group.network, observed: observed, excluded: Set(options.exclude),
                removes: options.remove))
        try run.leaveOut(options.exclude)
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
        if options.remove, options.exclude.isEmpty, !run.interruption.isInterrupted, run.failedServices.isEmpty {
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
