import DockerClient
public import Reconciler

/// One service, desired beside actual.
public struct ServiceStatus: Sendable {
    public var service: String
    public var state: String
    public var desired: String
    public var containerID: String?
    public var containerName: String?
    public var image: String
    public var ports: [PortMapping]
    /// Secrets are masked.
    public var differences: [Difference]
    /// Why it is not as desired; empty when it is.
    public var reason: String
}

/// The group as defined beside the group as it is: what `start` would mend, be it the network another start named.
public func observeStatus(_ setting: RunSetting) async throws(OperationError) -> [ServiceStatus] {
    let group = try setting.checkedDefinition().spec
    let state = try GroupRecords.open(directory: setting.directory, ledgerPath: setting.ledgerPath)?.state() ?? GroupState()
    let connection = try await setting.connect()
    let engine = connection.engine
    let key = try fingerprintKeyIfPresent(setting)
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
        let container = containers[service.name, default: []].sorted {
            ($0.status == .running ? 0 : 1, -$0.createdAt) < ($1.status == .running ? 0 : 1, -$1.createdAt)
        }.first
        var status = status(of: service, container, state, observed, group).concealed(by: hide)
        let name = PlanRequest.containerName(group: group.name, service: service.name)
        if container == nil, let warning = held.warning(about: name) { status.reason += "; \(warning)" }
        return status
    }
    let names = Set(group.services.map(\.name))
    let orphans = observed.containers.filter { !names.contains($0.service) }.map { container in
        ServiceStatus(
            service: container.service, state: container.status.rawValue, desired: "absent", containerID: container.id,
            containerName: container.name, image: container.configuration?.image ?? shortID(container.imageID), ports: container.ports,
            differences: [], reason: "no longer in the definition; `miniboss stop` ends it")
    }
    return defined + orphans
}

extension ServiceStatus {
    fileprivate func concealed(by hide: Redaction) -> ServiceStatus {
        var copy = self
        copy.differences = differences.map { $0.concealed(by: hide) }
        copy.reason = hide(reason)
        return copy
    }
}

private func exitWords(_ container: ObservedContainer) -> String { container.exitCode.map { " (exited \($0))" } ?? "" }

private func status(
    of service: ServiceSpec, _ container: ObservedContainer?, _ state: GroupState, _ observed: ObservedGroup, _ group: GroupSpec
) -> ServiceStatus {
    let record = state[service.name]
    var differing: [Difference] = []
    var reason = ""
    if let container {
        do {
            let resolved = try service.resolved(state.context)
            let imageID = (try? Reconciler.ImageReference(resolved.image)).flatMap { observed.images[$0.description] }
            differing = differences(
                desired: resolved, network: group.network, imageID: imageID, actual: container, formerSecrets: record.secretKeys)
        } catch { reason = error.description }
        let isDone = container.status == .exited && service.isDone(exitCode: container.exitCode)
        if container.status != .running, !isDone {
            reason = record.phase == .stopped ? "it was stopped" : "its container is \(container.status.rawValue)\(exitWords(container))"
        } else if record.phase == .failed, record.containerID == container.id {
            reason = "failed: \(record.failure?.summary ?? "see `miniboss postmortem`"); its container was kept"
        } else if record.debt(of: container.id).ping {
            reason = "it has not been found ready yet"
        } else if record.debt(of: container.id).postStart {
            reason = "post_start has not succeeded for this container"
        }
        if !differing.isEmpty { reason = differing.map(\.words).joined(separator: "; ") }
        if !isDone, [.exited, .created].contains(container.status), !observed.networkExists { reason = PlanCause.networkGone }
    } else {
        switch record.phase {
        case .failed: reason = record.failure.map { "failed: \($0.summary)" } ?? "failed"
        case .blocked:
            let needed = service.dependencies.first { [.failed, .blocked].contains(state[$0].phase) }
            reason = needed.map { "needs \($0), which \(state[$0].phase == .failed ? "failed" : "is blocked")" } ?? "what it needs failed"
        case .excluded: reason = "excluded"
        default: reason = PlanCause.noContainer
        }
    }
    let shown = container.map { actual in
        actual.status == .exited && service.isDone(exitCode: actual.exitCode) ? "completed" : actual.status.rawValue
    }
    return ServiceStatus(
        service: service.name, state: shown ?? (record.phase == .failed || record.phase == .blocked ? record.phase.rawValue : "absent"),
        desired: "running", containerID: container?.id, containerName: container?.name,
        image: container?.configuration?.image ?? (try? service.resolvedImage(state.context)) ?? service.image,
        ports: container.map { $0.ports.isEmpty ? $0.configuration?.ports ?? [] : $0.ports } ?? service.ports, differences: differing,
        reason: reason)
}
