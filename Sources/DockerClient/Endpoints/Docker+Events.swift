extension Docker {
    /// The engine's events from a moment on, over broken connections and restarts of the engine.
    ///
    /// Maps to `GET /events`. Each time a connection ends, the next one begins at the last event's time, and events seen
    /// already are left out. The sequence ends with an error when the engine stays away.
    ///
    /// - Parameters:
    ///   - since: by the engine's clock; nil asks the engine for the present time.
    ///   - filters: `["label": ["a=b"], "type": ["container"]]`. Podman names some actions differently, so it is safer to
    ///     compare actions in the caller than to filter them.
    ///   - patience: how long a lost engine may stay away.
    public func events(
        since: EngineTime? = nil, filters: [String: [String]] = [:], patience: Duration = .seconds(30)
    ) async throws(DockerError) -> EngineEvents {
        var start = since
        if start == nil { start = try await systemTime() }
        return EngineEvents(docker: self, since: start ?? EngineTime(nanoseconds: 0), filters: filters, patience: patience)
    }

    fileprivate func subscribe(since: EngineTime, filters: [String: [String]]) async throws(DockerError) -> HTTPBody {
        var call = EngineCall("GET", "/events")
        // The head is sent before the subscription exists, so `since` is what makes it gapless.
        call.query = [("since", since.description)]
        call.filter(filters)
        call.patience = .head
        return try await send(call).body
    }
}

/// The engine's events; see `Docker.events`.
public struct EngineEvents: AsyncSequence, Sendable {
    public typealias Element = EngineNotice
    public typealias Failure = DockerError

    fileprivate let docker: Docker
    fileprivate let since: EngineTime
    fileprivate let filters: [String: [String]]
    fileprivate let patience: Duration

    public func makeAsyncIterator() -> Iterator { Iterator(source: self) }

    public struct Iterator: AsyncIteratorProtocol {
        private let source: EngineEvents
        private var lines: JSONLines<EngineEvent>?
        private var resumption: EventResumption
        private let clock = SuspendingClock()
        private var watchingSince: SuspendingClock.Instant?
        private var lostAt: SuspendingClock.Instant?
        private var pause = Self.shortestPause

        private static let shortestPause = Duration.milliseconds(50)

        fileprivate init(source: EngineEvents) {
            self.source = source
            resumption = EventResumption(since: source.since)
        }

        public mutating func next() async throws(DockerError) -> EngineNotice? {
            try await next(isolation: nil)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(DockerError) -> EngineNotice? {
            while true {
                do {
                    guard lines != nil else {
                        lines = JSONLines(body: try await source.docker.subscribe(since: resumption.since, filters: source.filters))
                        watchingSince = clock.now
                        return .watching
                    }
                    while let event = try await lines?.next() {
                        (lostAt, pause) = (nil, Self.shortestPause)
                        if resumption.admit(event) { return .event(event) }
                    }
                    try await endure(
                        DockerError(.truncated, endpoint: "GET /events", message: "the engine ended the events"), isolation: actor)
                } catch {
                    try await endure(error, isolation: actor)
                }
            }
        }

        /// Waits before the next attempt, or gives up.
        private mutating func endure(_ error: DockerError, isolation actor: isolated (any Actor)?) async throws(DockerError) {
            lines = nil
            switch error.code {
            case .unreachable(let reason) where reason != .permission: break
            case .replyLost, .truncated: break
            case .http(let status) where status >= 500: break
            default: throw error
            }
            // An engine that was back for a while, though nothing happened on it, is lost anew.
            if let watchingSince, watchingSince.duration(to: clock.now) >= Swift.min(source.patience, .seconds(1)) {
                (lostAt, pause) = (nil, Self.shortestPause)
            }
            watchingSince = nil
            let since = lostAt ?? clock.now
            lostAt = since
            guard since.duration(to: clock.now) < source.patience else { throw error }
            do { try await clock.sleep(for: pause) } catch { throw DockerError(.cancelled, endpoint: "GET /events") }
            pause = Swift.min(pause * 2, .seconds(1))
        }
    }
}

/// Where to go on after a broken connection, and which events are known.
///
/// `since` is inclusive and the engine may publish an event twice, so those of the last second are remembered.
struct EventResumption: Sendable {
    private struct Identity: Hashable {
        var time: Int
        var type: String
        var action: String
        var id: String
    }

    private static let memory = 1_000_000_000

    private(set) var since: EngineTime
    private var known: Set<Identity> = []

    init(since: EngineTime) {
        self.since = since
    }

    /// True for an event that is new.
    mutating func admit(_ event: EngineEvent) -> Bool {
        let identity = Identity(time: event.time.nanoseconds, type: event.type, action: event.action, id: event.id)
        guard known.insert(identity).inserted else { return false }
        since = max(since, event.time)
        // The set stays as small as one second of events.
        if known.count > 512 { known = known.filter { $0.time > since.nanoseconds - Self.memory } }
        return true
    }
}
