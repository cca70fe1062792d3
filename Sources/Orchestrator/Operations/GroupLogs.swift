import DockerClient
import Reconciler
import Synchronization

/// The logs of a group's containers, as somebody reads them.
struct GroupLogs: Sendable {
    let engine: any ContainerEngine
    let clock: RunClock
    let group: String
    /// Those asked for; all when empty.
    let services: [String]
    /// How many of the lines that are there already are told of each container; `nil` for all.
    let tail: Int?
    let hide: Redaction
    let line: @Sendable (_ service: String, _ text: String, _ isError: Bool) -> Void

    /// Why to look what there is to follow.
    private enum Signal: Sendable {
        case ended(String)
        case started, tick
    }

    /// Ticks in a row that find nothing running, until following ends: somebody may be about to start it again.
    private static let patience = 6

    func containers() async throws(DockerError) -> [ContainerSummary] {
        try await engine.containers(labels: [GroupLabels.filter(group: group)]).filter { container in
            guard let service = container.labels[GroupLabels.service], container.labels[GroupLabels.oneOff] == nil else { return false }
            return services.isEmpty || services.contains(service)
        }
    }

    /// What a container has written by now.
    func tell(_ container: ContainerSummary) async throws(DockerError) { try await tell(container, LogOptions(tail: tail)) }

    private func tell(_ container: ContainerSummary, _ options: LogOptions) async throws(DockerError) {
        let service = container.labels[GroupLabels.service] ?? container.name
        try await engine.followLogs(container: container.id, options) { [line, hide] in
            line(service, cutText(hide($0.text), to: .max, dropped: $0.dropped), $0.stream == .standardError)
        }
    }

    /// What the containers write, these first, until for a while none runs any more.
    func follow(_ first: [ContainerSummary]) async throws {
        let since = try await engine.identity().time
        let (signals, mailbox) = AsyncThrowingStream<Signal, any Error>.makeStream()
        // By container: the start whose lines were told.
        let told = Mutex<[String: String]>([:])
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            func beside(_ work: @escaping @Sendable () async throws -> Void) {
                tasks.addTask { do { try await work() } catch { mailbox.finish(throwing: error) } }
            }
            var followed: Set<String> = []
            func follow(_ container: ContainerSummary) {
                guard followed.insert(container.id).inserted else { return }
                beside {
                    do {
                        let state = try await engine.state(container: container.id)
                        let before = told.withLock { $0.updateValue(state.startedAt, forKey: container.id) }
                        try await followStart(of: container, state, after: before)
                    } catch let error as DockerError where error.isNotFound {}
                    mailbox.yield(.ended(container.id))
                }
            }
            first.forEach(follow)
            beside {
                try await engine.watch(label: GroupLabels.filter(group: group), since: since) { notice in
                    if case .event(let event) = notice, event.action == "start" { mailbox.yield(.started) }
                }
            }
            beside {
                while true {
                    try await clock.sleep(0.5)
                    mailbox.yield(.tick)
                }
            }
            var idle = 0
            for try await signal in signals {
                if case .ended(let id) = signal { followed.remove(id) }
                for container in try await containers() where container.state == "running" { follow(container) }
                if case .tick = signal { idle = followed.isEmpty ? idle + 1 : 0 }
                if idle == Self.patience { break }
            }
            tasks.cancelAll()
        }
    }

    /// - Parameter before: the start whose lines were told last; `nil` for a container of which nothing was told.
    private func followStart(of container: ContainerSummary, _ state: ContainerState, after before: String?) async throws {
        guard let before else { return try await tell(container, LogOptions(tail: tail, follow: true)) }
        // The engine lists it as running for a moment after its end.
        guard before != state.startedAt else { return try await clock.sleep(0.2) }
        // From its last end on: a start is noted only after the first lines may have been written.
        try await tell(container, LogOptions(follow: true, since: EngineTime(state.finishedAt)))
    }
}
