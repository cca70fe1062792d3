import DockerClient
import Files
import Reconciler

/// What `doctor` wants to know of the engine.
public struct EngineFindings: Sendable {
    public var address: String
    public var version: String?
    public var apiVersion: String?
    public var problem: OperationError?
    /// Containers and networks with the group's label that are no part of it any more; `nil` where nothing says what belongs to the group: the ledger can't be read, or knows of no start.
    public var orphans: [Orphan]?
    /// By group: how many containers name a ledger of this place that is not there.
    public var unledgered: [String: Int] = [:]
    /// The group's containers are another ledger's.
    public var refusal: OperationError?
}

/// What was made for a group and is no part of it.
public struct Orphan: Sendable {
    public var words: String
    /// Whether the next start or stop takes it away.
    public var goesByItself = false
}

public func examineEngine(_ setting: RunSetting) async -> EngineFindings {
    var findings = EngineFindings(address: "", version: nil, apiVersion: nil, problem: nil, orphans: nil)
    do {
        let docker = try Docker(environment: setting.environment)
        findings.address = docker.host.description
        do throws(DockerError) {
            findings.version = try await docker.identity().version
            findings.apiVersion = try await docker.apiVersion().description
            findings.refusal = try await setting.refusal(by: docker)
            if findings.refusal == nil { findings.orphans = try await orphans(setting, docker) }
            findings.unledgered = try await unledgered(setting, docker)
        } catch { findings.problem = OperationError(unreachable: error, host: findings.address, security: docker.host.security) }
    } catch {
        findings.problem = OperationError(unreachable: error, host: setting.environment["DOCKER_HOST"] ?? "the current context")
    }
    return findings
}

private func unledgered(_ setting: RunSetting, _ docker: Docker) async throws(DockerError) -> [String: Int] {
    guard let place = setting.contextPath?.dropLast(".miniboss-context".count) else { return [:] }
    return try await docker.containers(labels: [GroupLabels.ledger]).reduce(into: [:]) { groups, container in
        guard let ledger = container.labels[GroupLabels.ledger], ledger.hasPrefix(place + ".miniboss/"), !fileExists(ledger),
            let group = container.labels[GroupLabels.group]
        else { return }
        groups[group, default: 0] += 1
    }
}

private func orphans(_ setting: RunSetting, _ docker: Docker) async throws(DockerError) -> [Orphan]? {
    guard !setting.groupName.isEmpty else { return nil }
    let known: GroupState
    let atWork: Set<Int>
    do {
        let records = try GroupRecords.open(directory: setting.directory, ledgerPath: setting.ledgerPath)
        known = try records?.state() ?? GroupState()
        atWork = try records?.runsAtWork() ?? []
    } catch { return nil }
    let services = Set(known.members.map(\.name) + (setting.definition?.spec.services.map(\.name) ?? []))
    guard !services.isEmpty else { return nil }
    let label = GroupLabels.filter(group: setting.groupName)
    let all = try await docker.containers(labels: [label])
    let containers = all.filter { $0.labels[GroupLabels.oneOff] == nil && !services.contains($0.labels[GroupLabels.service] ?? "") }
    let oneOffs = setting.abandoned(all.filter { $0.labels[GroupLabels.oneOff] != nil }.map { ObservedContainer($0) }, atWork: atWork)
    let networks = try await docker.networks(labels: [label]).filter { $0.name != known.network ?? $0.name }
    return containers.map { container in
        let service = container.labels[GroupLabels.service].map { "of a service \($0) that is no longer in the group" } ?? "of no service"
        return Orphan(words: "container \(container.name), \(container.state), \(service)")
    }
        + oneOffs.map {
            Orphan(words: "container \($0.container.name), \($0.container.status.rawValue), \($0.cause)", goesByItself: true)
        } + networks.map { Orphan(words: "network \($0.name), of an earlier start") }
}
