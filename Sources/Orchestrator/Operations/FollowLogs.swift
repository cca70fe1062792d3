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
    let engine = connection.engine
    let state = try GroupRecords.open(directory: setting.directory, ledgerPath: setting.ledgerPath)?.state() ?? GroupState()
    let hide = Redaction(await groupSecrets(setting.definition, state, group: setting.groupName, engine: engine))
    do {
        @Sendable func present() async throws(DockerError) -> [ContainerSummary] {
            try await engine.containers(labels: [GroupLabels.filter(group: setting.groupName)]).filter { container in
                guard let service = container.labels[GroupLabels.service], container.labels[GroupLabels.oneOff] == nil else { return false }
                return services.isEmpty || services.contains(service)
            }
        }
        let order = Dictionary(state.members.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        func place(_ container: ContainerSummary) -> (Int, String) {
            let service = container.labels[GroupLabels.service] ?? ""
            return (order[service] ?? .max, service)
        }
        let wanted = try await present().sorted { place($0) < place($1) }
        if let missing = services.first(where: { name in !wanted.contains { $0.labels[GroupLabels.service] == name } }) {
            throw OperationError(
                .failed, "\"\(missing)\" has no container",
                next: "`miniboss start` makes one; `miniboss postmortem` keeps the last lines of one that failed.")
        }
        @Sendable func tell(_ container: ContainerSummary, tail: Int?, since: EngineTime?) async throws(DockerError) {
            let service = container.labels[GroupLabels.service] ?? container.name
            try await engine.followLogs(container: container.id, LogOptions(tail: tail, follow: follow, since: since)) {
                line(service, cutText(hide($0.text), to: .max, dropped: $0.dropped), $0.stream == .standardError)
            }
        }
        // What is there already is told service by service, what is still to come as it comes.
        guard follow else {
            for container in wanted { try await tell(container, tail: tail, since: nil) }
            return
        }
        try await withThrowingTaskGroup(of: String?.self) { tasks in
            var followed: Set<String> = []
            var told: Set<String> = []
            var idle = 0
            func follow(_ container: ContainerSummary) {
                followed.insert(container.id)
                let isNew = told.insert(container.id).inserted
                tasks.addTask {
                    // What came before a later start was told.
                    do {
                        let start = isNew ? nil : EngineTime(try await engine.inspect(container: container.id).state.startedAt)
                        try await tell(container, tail: isNew ? tail : nil, since: start)
                    } catch let error as DockerError where error.isNotFound {}
                    return container.id
                }
            }
            func lookAgainLater() {
                tasks.addTask {
                    try await setting.clock.sleep(0.5)
                    return nil
                }
            }
            wanted.forEach(follow)
            lookAgainLater()
            while let ended = try await tasks.next() {
                if let ended {
                    followed.remove(ended)
                    continue
                }
                for container in try await present() where container.state == "running" && !followed.contains(container.id) {
                    follow(container)
                }
                idle = followed.isEmpty ? idle + 1 : 0
                guard idle < patience else { return tasks.cancelAll() }
                lookAgainLater()
            }
        }
    } catch let error as OperationError { throw error } catch let error as DockerError {
        throw connection.lost(error)
    } catch { throw OperationError(.defect, "\(error)") }
}

/// Looks in a row that find nothing running, until following ends: somebody may be about to start it again.
private let patience = 6
