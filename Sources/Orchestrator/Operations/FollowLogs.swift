import DockerClient
import Reconciler

/// Hands over the logs of the group's containers, line by line, each with its service; the group's secrets are masked.
///
/// Following goes on with containers that are started again or made anew, until for a while none runs any more.
/// - Parameter line: service, text, and whether it came from the error stream.
public func followLogs(
    _ setting: RunSetting, services: [String], follow: Bool, tail: Int?, line: @escaping @Sendable (String, String, Bool) -> Void
) async throws(OperationError) {
    let connection = try await setting.connect()
    let state = try GroupRecords.open(directory: setting.directory, ledgerPath: setting.ledgerPath)?.state() ?? GroupState()
    let secrets = await groupSecrets(
        setting.definition, state, group: setting.groupName, engine: connection.engine, asksContainers: true)
    let logs = GroupLogs(
        engine: connection.engine, clock: setting.clock, group: setting.groupName, services: services, tail: tail,
        hide: Redaction(secrets), line: line)
    do {
        let order = Dictionary(state.members.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        func place(_ container: ContainerSummary) -> (Int, String) {
            let service = container.labels[GroupLabels.service] ?? ""
            return (order[service] ?? .max, service)
        }
        let present = try await logs.containers().sorted { place($0) < place($1) }
        if let missing = services.first(where: { name in !present.contains { $0.labels[GroupLabels.service] == name } }) {
            throw OperationError(
                .failed, "\"\(missing)\" has no container",
                next: "`miniboss start` makes one; `miniboss postmortem` keeps the last lines of one that failed.")
        }
        // What is there already is told service by service, what is still to come as it comes.
        if follow {
            try await logs.follow(present)
        } else {
            for container in present { try await logs.tell(container) }
        }
    } catch let error as OperationError { throw error } catch let error as DockerError {
        throw connection.lost(error)
    } catch { throw OperationError(.defect, "\(error)") }
}
