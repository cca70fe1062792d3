import DockerClient
import Reconciler
import Synchronization

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
        let since = try await engine.identity().time
        let (signals, mailbox) = AsyncThrowingStream<Signal, any Error>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            func beside(_ work: @escaping @Sendable () async throws -> Void) {
                tasks.addTask { do { try await work() } catch { mailbox.finish(throwing: error) } }
            }
            // By container: the start whose lines were told.
            let told = Mutex<[String: String]>([:])
            var followed: Set<String> = []
            func follow(_ container: ContainerSummary) {
                guard followed.insert(container.id).inserted else { return }
                beside {
                    do {
                        let state = try await engine.inspect(container: container.id).state
                        let before = told.withLock { $0.updateValue(state.startedAt, forKey: container.id) }
                        if before == state.startedAt {
                            // The engine lists it as running for a moment after its end.
                            try await setting.clock.sleep(0.2)
                        } else {
                            // From its last end on: a start is noted only after the first lines may have been written.
                            try await tell(
                                container, tail: before == nil ? tail : nil, since: before == nil ? nil : EngineTime(state.finishedAt))
                        }
                    } catch let error as DockerError where error.isNotFound {}
                    mailbox.yield(.ended(container.id))
                }
            }
            wanted.forEach(follow)
            beside {
                try await engine.watch(label: GroupLabels.filter(group: setting.groupName), since: since) { notice in
                    if case .event(let event) = notice, event.action == "start" { mailbox.yield(.started) }
                }
            }
            beside {
                while true {
                    try await setting.clock.sleep(0.5)
                    mailbox.yield(.tick)
                }
            }
            var idle = 0
            for try await signal in signals {
                if case .ended(let id) = signal { followed.remove(id) }
                for container in try await present() where container.state == "running" { follow(container) }
                if case .tick = signal { idle = followed.isEmpty ? idle + 1 : 0 }
                if idle == patience { break }
            }
            tasks.cancelAll()
        }
    } catch let error as OperationError { throw error } catch let error as DockerError {
        throw connection.lost(error)
    } catch { throw OperationError(.defect, "\(error)") }
}

/// Why to look what there is to follow.
private enum Signal: Sendable {
    case ended(String)
    case started, tick
}

/// Ticks in a row that find nothing running, until following ends: somebody may be about to start it again.
private let patience = 6
