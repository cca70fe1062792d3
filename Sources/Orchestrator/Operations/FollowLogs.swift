import DockerClient
import Reconciler

/// Hands over the logs of the group's containers, line by line, each with its service; the group's secrets are masked.
/// - Parameter line: service, text, and whether it came from the error stream.
public func followLogs(
    _ setting: RunSetting, services: [String], follow: Bool, tail: Int?, line: @escaping @Sendable (String, String, Bool) -> Void
) async throws(OperationError) {
    let connection = try await setting.connect()
    let engine = connection.engine
    let state = try GroupRecords.open(directory: setting.directory, ledgerPath: setting.ledgerPath)?.state() ?? GroupState()
    let hide = Redaction(await groupSecrets(setting.definition, state, group: setting.groupName, engine: engine))
    do {
        let containers = try await engine.containers(labels: [GroupLabels.filter(group: setting.groupName)])
            .filter { $0.labels[GroupLabels.oneOff] == nil }
        let order = Dictionary(state.members.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        func place(_ container: ContainerSummary) -> (Int, String) {
            let service = container.labels[GroupLabels.service] ?? ""
            return (order[service] ?? .max, service)
        }
        let wanted = containers.sorted { place($0) < place($1) }.filter { container in
            guard let service = container.labels[GroupLabels.service] else { return false }
            return services.isEmpty || services.contains(service)
        }
        if let missing = services.first(where: { name in !wanted.contains { $0.labels[GroupLabels.service] == name } }) {
            throw OperationError(
                .failed, "\"\(missing)\" has no container",
                next: "`miniboss start` makes one; `miniboss postmortem` keeps the last lines of one that failed.")
        }
        @Sendable func tell(_ container: ContainerSummary) async throws {
            let service = container.labels[GroupLabels.service] ?? container.name
            try await engine.followLogs(container: container.id, LogOptions(tail: tail, follow: follow)) {
                line(service, cutText(hide($0.text), to: .max, dropped: $0.dropped), $0.stream == .standardError)
            }
        }
        // What is there already is told service by service, what is still to come as it comes.
        guard follow else {
            for container in wanted { try await tell(container) }
            return
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for container in wanted { tasks.addTask { try await tell(container) } }
            try await tasks.waitForAll()
        }
    } catch let error as OperationError { throw error } catch let error as DockerError {
        throw connection.lost(error)
    } catch { throw OperationError(.defect, "\(error)") }
}
