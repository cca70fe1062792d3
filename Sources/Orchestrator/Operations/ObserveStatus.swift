import DockerClient
public import Reconciler

/// The group as defined beside the group as it is: what `start` would mend, be it the network another start named.
public func observeStatus(_ setting: RunSetting) async throws(OperationError) -> [ServiceStatus] {
    let group = try setting.checkedDefinition().spec
    let state = try GroupRecords.open(directory: setting.directory, ledgerPath: setting.ledgerPath)?.state() ?? GroupState()
    let connection = try await setting.connect()
    let engine = connection.engine
    let key = fingerprintKeyIfPresent(setting)
    let hash: @Sendable (ServiceSpec) -> String = { fingerprint(of: $0, network: group.network, key: key) }
    let observed: ObservedGroup
    let held: HeldNames
    do {
        observed = try await observe(group, engine: engine, context: state.context, isNetworkGiven: false, fingerprint: hash)
        let present = observed.containersByService
        let wanted = group.services.map(\.name).filter { present[$0] == nil }
            .map { PlanRequest.containerName(group: group.name, service: $0) }
        held = try await HeldNames(of: Set(wanted), group: group.name, engine: engine)
    } catch { throw connection.lost(error) }

    let secrets = await groupSecrets(setting.definition, state, group: group.name, engine: engine)
    let hide = Redaction(secrets + observed.formerSecretTexts(state))
    let containers = observed.containersByService
    let defined = group.services.map { service -> ServiceStatus in
        let name = PlanRequest.containerName(group: group.name, service: service.name)
        let choice = ContainerChoice(
            containers[service.name, default: []], properName: name, fingerprint: (try? service.resolved(state.context)).map(hash))
        var status = ServiceStatus(of: service, choice, on: group.network, in: observed, state, hide: hide)
        if choice.keeper == nil, let warning = held.warning(about: name) { status.reason += "; \(warning)" }
        return status
    }
    let names = Set(group.services.map(\.name))
    let former = observed.containers.filter { !names.contains($0.service) }.map(ServiceStatus.init(former:))
    return defined + former
}
