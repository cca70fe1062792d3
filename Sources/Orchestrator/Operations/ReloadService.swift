import Reconciler

/// Rebuilds one service's image and replaces its container. A failed build leaves everything as it was.
public func reloadService(_ setting: RunSetting, _ options: ReloadOptions) async throws(OperationError) -> RunEnd {
    let definition = try setting.checkedDefinition()
    try checkServiceNames([options.service], among: definition.spec.services.map(\.name))
    guard let service = definition.spec[options.service], service.build != nil else {
        throw OperationError(
            .usage, "service \"\(options.service)\" has no buildFromDirectory, so there is nothing to rebuild",
            next: "Give it one, or change its image and run `miniboss start`.")
    }
    let group = definition.spec
    let terms = RunTerms(isNetworkGiven: options.network != nil, hookTimeout: options.hookTimeout, stopTimeout: options.timeout)
    return try await conduct(setting, terms, group: { group.on(options.network ?? $0.network) }) { run in
        try await run.finishStops()
        let observed = try await run.observeNow()
        let running = Set(observed.containers.filter { $0.status == .running }.map(\.service))
        if let missing = service.dependencies.first(where: { name in group[name]?.isOneShot != true && !running.contains(name)
        }) {
            throw OperationError(
                .failed, "\"\(service.name)\" needs \"\(missing)\", which is not running", next: "`miniboss start` starts both.")
        }
        let onNetwork = Set(observed.containers.filter { $0.networks.contains(run.group.network) }.map(\.service))
        let affected = options.withDependents ? ServiceGraph(group).transitiveDependents(of: service.name).intersection(running) : []
        let moved = [service] + group.services.filter { affected.contains($0.name) }
        for member in moved {
            for needed in member.dependencies where needed != service.name && !affected.contains(needed) {
                if group[needed]?.isOneShot != true, !running.contains(needed) {
                    throw OperationError(
                        .failed,
                        "\"\(member.name)\", which is restarted with \"\(service.name)\", needs \"\(needed)\", which is not running",
                        next: "`miniboss start` starts it; --no-dependents leaves \"\(member.name)\" as it is.")
                }
                if options.network != nil, running.contains(needed), !onNetwork.contains(needed) {
                    throw OperationError(
                        .failed,
                        "\"\(member.name)\" would come to the network \(run.group.network), and \"\(needed)\", which it needs, is not on it",
                        next: "`miniboss start --network-name \(run.group.network)` moves the whole group.")
                }
            }
        }
        let plan = planReload(
            service, dependents: group.services.filter { affected.contains($0.name) }, replacesDependents: options.remove,
            run.planRequest(observed: observed))
        try await run.begin(plan, excluded: [])
        try await run.execute(plan)
        try await run.confirmRunning()
        run.saveContext()
        var end = WorkEnd()
        if run.journal.state[service.name].phase == .running, !run.interruption.isInterrupted,
            let hook = definition.groupHooks.onReloadService
        {
            end.error = try await run.groupHook(.onReloadService) { try await hook(service.name) }
        }
        return end
    }
}
