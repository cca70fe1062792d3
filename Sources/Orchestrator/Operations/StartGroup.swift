import Files
public import Reconciler

/// Brings a group to running.
/// - Throws: `OperationError`: usage, definition, engine, ledger, busy. A service that fails is no error: see `RunEnd`.
public func startGroup(_ setting: RunSetting, _ options: StartOptions) async throws(OperationError) -> RunEnd {
    let selection = try options.selection(from: setting.checkedDefinition())
    let terms = RunTerms(
        isNetworkGiven: options.network != nil, hookTimeout: options.timeout, keepFailed: options.keepFailed,
        excluded: selection.excluded)
    return try await conduct(setting, terms, group: { _ in selection.group }) { run in
        try await run.finishStops()
        let observed = try await run.observeNow()
        try run.noteOtherEngine(observed)
        try run.noteLostLedger(observed)
        if observed.hasTwinNetworks { try await run.removeTwinNetworks() }
        try run.noteFormerServices(observed)
        try await run.removeOneOffs(observed)
        let plan = planStart(run.planRequest(observed: observed))
        try await run.begin(plan, excluded: selection.excluded)
        try await run.execute(plan)
        try await run.confirmRunning()
        var end = WorkEnd(nothingToDo: plan.isEmpty)
        end.error = try await run.finishStart()
        return end
    }
}

/// What `start` would do, and why. Nothing is recorded, and nothing changes.
public func planStart(_ setting: RunSetting, _ options: StartOptions) async throws(OperationError) -> Plan {
    let selection = try options.selection(from: setting.checkedDefinition())
    let records = try GroupRecords.open(directory: setting.directory, ledgerPath: setting.ledgerPath)
    let state = try records?.state() ?? GroupState()
    let connection = try await setting.connect()
    let engine = connection.engine
    let key = fingerprintKeyIfPresent(setting)
    let group = selection.group
    var hide = Redaction(await groupSecrets(setting.definition, state, group: group.name, engine: engine))
    let observed: ObservedGroup
    do {
        observed = try await observe(
            group, engine: engine, context: state.context, isNetworkGiven: options.network != nil,
            fingerprint: { fingerprint(of: $0, network: group.network, key: key) })
    } catch { throw connection.lost(error) }
    for text in observed.formerSecretTexts(state) { hide.learn(text) }
    let left = await leftBehind(setting, records, state, observed, on: connection)
    var request = PlanRequest(
        desired: group, observed: left.ended(in: observed), history: state,
        fingerprint: { fingerprint(of: $0, network: group.network, key: key) }, directoryExists: { fileExists($0) },
        isPortFree: { freePort(preferring: $0) == $0 })
    request.hide = hide
    request.ownPings = setting.definition?.ownPings
    var plan = planStart(request).preceded(by: left)
    plan.former = left.ended(in: observed).former(besides: Set(try setting.checkedDefinition().spec.services.map(\.name)))
    do { return try await plan.warned(group: group.name, engine: engine).concealed(by: hide) } catch {
        throw connection.lost(error)
    }
}

/// What a start would end first: `finishStops` and `removeOneOffs`.
private func leftBehind(
    _ setting: RunSetting, _ records: GroupRecords?, _ state: GroupState, _ observed: ObservedGroup, on connection: EngineConnection
) async -> LeftBehind {
    var left = LeftBehind()
    let atWork = (try? records?.runsAtWork()) ?? []
    for open in state.orphanedIntents(on: connection.identity.id, atWork: atWork) {
        guard let half = await HalfStop(open, engine: connection.engine, group: setting.groupName),
            let container = observed.containers.first(where: { $0.id == half.id })
        else { continue }
        left.stops.append((container, half.cause))
    }
    left.removals = setting.abandoned(observed.oneOffs, atWork: atWork)
    return left
}

extension StartOptions {
    fileprivate func selection(from definition: GroupDefinition) throws(OperationError) -> StartSelection {
        try checkServiceNames(exclude + only, among: definition.spec.services.map(\.name))
        do { return try StartSelection(of: definition.spec.on(network), only: only, exclude: exclude) } catch {
            throw OperationError(error)
        }
    }
}
