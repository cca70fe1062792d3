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
        try run.noteLostLedger(observed)
        if observed.hasTwinNetworks { try await run.removeTwinNetworks() }
        let selection: ReloadSelection
        do throws(SelectionRefusal) {
            selection = try ReloadSelection(
                of: service, in: run.group, withDependents: options.withDependents, isMoving: options.network != nil, observed: observed,
                remembered: run.journal.state)
        } catch { throw OperationError(.failed, error.message, next: error.next) }
        let plan = planReload(
            service, dependents: selection.dependents, replacesDependents: options.remove,
            run.planRequest(observed: observed))
        try await run.begin(plan, excluded: [])
        try await run.execute(plan)
        try await run.confirmRunning()
        run.saveContext()
        if !selection.down.isEmpty {
            let names = selection.down.joined(separator: ", ")
            try run.journal.note(nil, .noteTaken(NoteTaken(text: "not running, and left so: \(names); `miniboss start` starts all")))
        }
        var end = WorkEnd()
        if run.journal.state[service.name].phase == .running, !run.interruption.isInterrupted,
            let hook = definition.groupHooks.onReloadService
        {
            end.error = try await run.groupHook(.onReloadService) { try await hook(service.name) }
        }
        return end
    }
}
