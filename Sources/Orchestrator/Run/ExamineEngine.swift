import DockerClient
import Reconciler

/// What `doctor` wants to know of the engine.
public struct EngineFindings: Sendable {
    /// A container with the group's label that neither definition nor ledger knows.
    public struct Orphan: Sendable {
        public var id: String
        public var name: String
        public var service: String
        public var state: String
    }

    public var address: String
    public var version: String?
    public var apiVersion: String?
    public var problem: OperationError?
    public var orphans: [Orphan]
}

public func examineEngine(_ setting: RunSetting) async -> EngineFindings {
    var findings = EngineFindings(address: "", version: nil, apiVersion: nil, problem: nil, orphans: [])
    do {
        let docker = try Docker(environment: setting.environment)
        findings.address = docker.host.description
        do throws(DockerError) {
            findings.version = try await docker.identity().version
            findings.apiVersion = try await docker.apiVersion().description
            let containers =
                setting.groupName.isEmpty ? [] : try await docker.containers(labels: [GroupLabels.filter(group: setting.groupName)])
            let records = try? GroupRecords.open(directory: setting.directory, ledgerPath: setting.ledgerPath)
            let members = ((try? records?.state())?.members.map(\.name) ?? []) + (setting.definition?.spec.services.map(\.name) ?? [])
            findings.orphans = containers.filter { !members.contains($0.labels[GroupLabels.service] ?? "") }.map {
                EngineFindings.Orphan(id: $0.id, name: $0.name, service: $0.labels[GroupLabels.service] ?? "", state: $0.state)
            }
        } catch { findings.problem = OperationError(unreachable: error, host: findings.address) }
    } catch {
        findings.problem = OperationError(unreachable: error, host: setting.environment["DOCKER_HOST"] ?? "the current context")
    }
    return findings
}
