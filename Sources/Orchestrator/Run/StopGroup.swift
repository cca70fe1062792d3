import DockerClient
import Reconciler

/// Stops a group in reverse order of dependency. Works without a definition: the ledger and the labels know the group.
public func stopGroup(_ setting: RunSetting, _ options: StopOptions) async throws(OperationError) -> RunEnd {
    if setting.definition != nil { _ = try setting.checkedDefinition() }
    // What was typed wrongly is no run of the group.
    if !options.exclude.isEmpty, let records = try GroupRecords.open(directory: setting.directory, ledgerPath: setting.ledgerPath) {
        try checkExclusion(options.exclude, stopMembers(setting, remembered: try records.state()))
    }
    let terms = RunTerms(
        isNetworkGiven: options.network != nil, hookTimeout: options.timeout, stopTimeout: options.timeout,
        removesVolumes: options.remove, excluded: options.exclude)
    return try await conduct(setting, terms, group: { setting.group(remembered: $0, network: options.network) }) { run in
        let members = stopMembers(setting, remembered: run.journal.state)
        async let own =
            options.remove && options.exclude.isEmpty
            ? run.engine.networks(labels: [GroupLabels.filter(group: run.group.name)]) : []
        var observed = try await run.observeNow()
        observed.formerNetworks = try await Set(own.map(\.name)).subtracting([run.group.network]).sorted()
        try run.requireSameEngine(observed, unless: options.remove)
        try await run.removeOneOffs(observed)
        let names = members.map(\.name)
        try requireKnown(options.exclude, among: names + Set(observed.containers.map(\.service)).subtracting(names).sorted())
        try checkExclusion(options.exclude, members)
        let plan = planStop(
            StopRequest(
                members: members, network: run.group.network, observed: observed, excluded: Set(options.exclude), removes: options.remove))
        try run.leaveOut(options.exclude)
        try await run.execute(plan)
        if options.remove { try await run.removeVolumes(of: plan.outlooks.map(\.service)) }
        if options.remove, options.exclude.isEmpty, !run.interruption.isInterrupted, run.failedServices.isEmpty {
            let saved = run.contextText
            if !run.journal.state.context.values.isEmpty {
                try await run.journal.record(nil, .contextCleared(ContextCleared(cause: "stop --remove")))
            }
            run.removeSavedContext(holding: saved)
        }
        // One that had ended before is only removed.
        let ran = Set(plan.steps.filter { $0.kind == .stopContainer }.compactMap(\.service))
        let stopped = plan.outlooks.map(\.service).filter { ran.contains($0) && [.stopped, .absent].contains(run.journal.state[$0].phase) }
        var end = WorkEnd(nothingToDo: plan.isEmpty)
        if !stopped.isEmpty, !run.interruption.isInterrupted, let hook = setting.definition?.groupHooks.onStopServices {
            end.error = try await run.groupHook(.onStopServices) { try await hook(stopped) }
        }
        return end
    }
}

/// The definition's services, and those that were started once and are defined no more.
private func stopMembers(_ setting: RunSetting, remembered: GroupState) -> [(name: String, dependencies: [String])] {
    let services = setting.definition?.spec.services ?? []
    let defined = Set(services.map(\.name))
    let everyone = remembered.everyone
    let once = Dictionary(everyone.map { ($0.name, $0.dependencies) }, uniquingKeysWith: +)
    // The definition has the word about all but what it defines no more.
    let present = services.map { service in
        (name: service.name, dependencies: service.dependencies + once[service.name, default: []].filter { !defined.contains($0) })
    }
    return present + everyone.filter { !defined.contains($0.name) }.map { ($0.name, $0.dependencies) }
}

/// Excluding a service of which a dependency will be stopped would pull the floor from under it.
private func checkExclusion(
    _ excluded: [String], _ members: [(name: String, dependencies: [String])]
) throws(OperationError) {
    for member in members where excluded.contains(member.name) {
        if let needed = member.dependencies.first(where: { !excluded.contains($0) }) {
            let names = ServiceGraph(members).withDependencies(excluded).joined(separator: ",")
            throw OperationError(
                .usage, "\"\(member.name)\" is excluded, but \"\(needed)\", which it depends on, would be stopped",
                next: "Exclude what it stands on, too (--exclude \(names)), or stop it with the rest.")
        }
    }
}
