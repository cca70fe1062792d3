import DockerClient
import Reconciler

extension GroupRun {
    func preStart(_ step: PlanStep) async throws {
        guard let service = step.service else { return }
        try move(service, .preStartBegan)
        if let hook = hooks(of: service).preStart {
            let result = try await hold(.preStart, of: service, limits: limits) { try await hook() }
            try await judge(result, .preStart, of: service)
        }
        try move(service, .preStartFinished)
    }

    func postStart(_ step: PlanStep) async throws {
        guard let service = step.service else { return }
        let id = try containerID(step)
        try move(service, .postStartBegan, container: id)
        if let hook = hooks(of: service).postStart {
            let access = try await access(service, id)
            let result = try await holdWhileAlive(.postStart, of: service, container: id) { try await hook(access) }
            try await judge(result, .postStart, of: service, container: id)
        }
        try move(service, .postStartFinished, container: id)
    }

    /// A failure is kept, and never stands in the way of the stop.
    func preStop(_ step: PlanStep) async throws {
        guard let service = step.service, let hook = hooks(of: service).preStop else { return }
        let id = try containerID(step)
        let access = try await access(service, id)
        let limits = HookLimits(deadline: terms.hookTimeout, clock: clock, interruption: nil, executor: setting.host.hookExecutor)
        _ = try await hold(.preStop, of: service, limits: limits) { try await hook(access) }
    }

    /// Calls `ping` at once and then every 0.1 s, until it says true, it throws, its time is up, or its container dies.
    func ping(_ step: PlanStep) async throws {
        guard let service = step.service else { return }
        let id = try containerID(step)
        if journal.state[service].phase == .waiting { try move(service, .containerStarted, container: id) }
        let hook = hooks(of: service).ping
        let access = try await access(service, id)
        let log = PingLog()
        let start = clock.monotonic()
        let result = try await holdWhileAlive(.ping, of: service, container: id, log: log) { [journal, clock] in
            while true {
                log.begin()
                let isReady: Bool
                var seen: ProbeSight?
                do {
                    isReady = try await hook(access)
                    seen = isReady ? nil : access.takeObservation()
                    log.answered()
                } catch let error as DockerError where error.isEngineFault {
                    // It asks and changes nothing that matters: the next ping may get an answer.
                    isReady = false
                    seen = ProbeSight(text: error.description)
                    guard clock.seconds(since: log.faulted(error, at: clock.monotonic())) < Self.faultTolerance else { throw error }
                }
                if let change = log.end(isReady, seen) { try journal.note(service, .pingChanged(change)) }
                if isReady { return }
                try await clock.sleep(0.1)
            }
        }
        switch result {
        case .timedOut where log.attempts > 0 && !log.isStuck:
            if let fault = log.fault { throw Failure(fault, phase: .ping) }
            let last = log.lastError
            let pings = log.attempts == 1 ? "one ping" : "\(log.attempts) pings"
            let isPaused = (try? await engine.state(container: id).paused) == true
            throw Failure(
                .pingTimeout, phase: .ping,
                summary: "was not ready after \(decimal(clock.seconds(since: start), places: 1)) s and \(pings); "
                    + (isPaused ? "somebody had paused its container; " : "") + "the last one said: \(last ?? "false")",
                lastPingError: last ?? "false", attempts: log.attempts, holder: isPaused ? Failure.pause : nil)
        case .overtaken(.death(let exitCode)):
            let expected = group[service]?.expectedExits ?? []
            let during =
                expected.isEmpty
                ? "\(access.probeWords) was being tried"
                : "it should end with \(expected.sorted().map(String.init).joined(separator: " or "))"
            throw try await death(of: service, id, phase: .ping, during: during, log: log, exitCode: exitCode)
        default:
            try await judge(result, .ping, of: service, container: id, log: log)
        }
        let state = try await stateIfPresent(id)
        if let state { runs(service, as: state.pid) }
        if state?.running != true, state == nil || group[service]?.isOneShot != true {
            throw try await death(of: service, id, phase: .ping, during: "it was being pinged", log: log)
        }
        if !journal.state[service].debt(of: id).postStart { try move(service, .pingSucceeded, container: id) }
    }

    /// Seconds for which an engine may answer pings with nothing but its own troubles.
    private static var faultTolerance: Double { 2 }

    private var limits: HookLimits {
        HookLimits(deadline: terms.hookTimeout, clock: clock, interruption: interruption, executor: setting.host.hookExecutor)
    }

    private func access(_ service: String, _ id: String) async throws -> ContainerAccess {
        ContainerAccess(
            service: service, id: id, name: PlanRequest.containerName(group: group.name, service: service), engine: engine,
            own: OwnFiles(setting.ledgerLocation))
    }

    /// Runs a hook and records that it ran and how it ended.
    ///
    /// That a hook of the user's began is durable before it begins. A readiness does nothing that would have to be known.
    func hold<Value: Sendable>(
        _ hook: HookName, of service: String?, limits: HookLimits, log: PingLog? = nil,
        overtake: (@escaping @Sendable (HookOvertaking) -> Void) -> Void = { _ in },
        body: @escaping @Sendable () async throws -> Value
    ) async throws -> HookResult<Value> {
        var limits = limits
        let isReadiness = hook == .ping && service.map { hooks(of: $0).pingsByReadiness } == true
        if isReadiness {
            // Never blocks, so it needs no thread of its own.
            limits.executor = { nil }
            try journal.note(service, .hookStarted(HookStarted(hook: hook)))
        } else {
            try await journal.record(service, .hookStarted(HookStarted(hook: hook)))
        }
        let start = clock.monotonic()
        let scope = HookScope(service: service, hook: hook, context: context, isUsers: !isReadiness)
        var token: Int?
        let result = await runHook(
            scope, limits: limits,
            overtake: { offer in
                token = service.map { surrender.listen(to: $0) { offer(.surrender) } }
                overtake(offer)
            }, body: body)
        if let token { surrender.forget(token) }
        log?.close()
        let (outcome, error): (HookFinished.Outcome, String?) =
            switch result {
            case .finished: (.succeeded, nil)
            case .threw(let error): (.threw, error.text)
            case .timedOut: (.timedOut, nil)
            case .interrupted: (.interrupted, nil)
            case .overtaken(.death): (.interrupted, "its container ended")
            case .overtaken(.surrender): (.interrupted, "a service it needs failed")
            case .overtaken(.engine): (.interrupted, "the engine did not answer")
            }
        try journal.note(
            service,
            .hookFinished(
                HookFinished(hook: hook, outcome: outcome, error: error, seconds: clock.seconds(since: start), attempts: log?.attempts)))
        return result
    }

    /// The same, ended early by the container's death: an event wakes us, an inspect convinces us.
    private func holdWhileAlive<Value: Sendable>(
        _ hook: HookName, of service: String, container id: String, log: PingLog? = nil, body: @escaping @Sendable () async throws -> Value
    ) async throws -> HookResult<Value> {
        // A one-shot is meant to end, and whatever is done with it after that can't be cut short by it.
        let expected = group[service]?.expectedExits ?? []
        guard expected.isEmpty || hook == .ping else {
            return try await hold(hook, of: service, limits: limits, log: log, body: body)
        }
        let wakes = AsyncStream<Int?>.makeStream(bufferingPolicy: .bufferingOldest(16))
        let token = watch.listen(to: id) { wakes.continuation.yield($0) }
        // Level-triggered beside the events: one look every two seconds, and one soon where nobody has just looked. A ping that is
        // true at once is followed by a look of its own.
        let heartbeat = Task { [clock] in
            if hook == .ping {
                try await clock.sleep(0.1)
                wakes.continuation.yield(nil)
            }
            while !Task.isCancelled {
                try await clock.sleep(2)
                wakes.continuation.yield(nil)
            }
        }
        defer {
            watch.forget(token)
            heartbeat.cancel()
            wakes.continuation.finish()
        }
        return try await hold(hook, of: service, limits: limits, log: log) { overtake in
            Task {
                for await exitCode in wakes.stream {
                    // 137 may have been memory, which only an inspect tells.
                    if let exitCode, exitCode != 137 {
                        if expected.contains(exitCode) { continue }
                        return overtake(.death(exitCode: exitCode))
                    }
                    switch await look(at: id, expected: expected) {
                    case .engine where hook != .ping: continue
                    case let reason?: return overtake(reason)
                    case nil: continue
                    }
                }
            }
        } body: {
            try await body()
        }
    }

    /// Why there is nothing to wait for any more. An engine that does not answer is asked again, for a second.
    /// - Parameter expected: the codes with which it may end and be waited for all the same.
    private func look(at id: String, expected: Set<Int>) async -> HookOvertaking? {
        var last: DockerError?
        for attempt in 0..<3 {
            do throws(DockerError) {
                let state = try await engine.state(container: id)
                return state.running || expected.contains(state.exitCode) ? nil : .death(exitCode: nil)
            } catch {
                if error.isNotFound { return .death(exitCode: nil) }
                guard error.isUnreachable || error.isEngineFault else { return nil }
                last = error
            }
            if attempt < 2 { try? await clock.sleep(0.5) }
        }
        return last.map { .engine($0) }
    }

    /// Turns a hook's bad end into the service's failure.
    private func judge<Value: Sendable>(
        _ result: HookResult<Value>, _ hook: HookName, of service: String, container id: String? = nil, log: PingLog? = nil
    ) async throws {
        let phase: FailurePhase = hook == .preStart ? .preStart : hook == .ping ? .ping : .postStart
        switch result {
        case .finished: return
        case .interrupted: throw StepFault.interrupted
        case .threw(let error):
            if var failure = error.failure {
                failure.phase = phase
                throw failure
            }
            // A hook that talks to its container fails in the moment that container dies: the death is the reason.
            if let id, group[service]?.isOneShot != true, let state = try await stateIfPresent(id), !state.running {
                var failure = try await death(of: service, id, phase: phase, during: "\(hook.rawValue) ran", log: log)
                failure.lastPingError = failure.lastPingError ?? (hook == .ping ? error.text : nil)
                throw failure
            }
            throw Failure(
                .hookThrew, phase: phase,
                summary: error.isOfReadiness ? "can't become ready: \(error.text)" : "\(hook.rawValue) threw: \(error.text)",
                lastPingError: hook == .ping ? error.text : nil, attempts: log?.attempts,
                subject: error.isOfReadiness ? Failure.readiness : hook.rawValue)
        case .timedOut:
            throw Failure(
                .hookTimedOut, phase: phase, summary: "\(hook.rawValue) was not back after \(decimal(terms.hookTimeout, places: 1)) s",
                lastPingError: log?.lastError, attempts: log?.attempts, subject: hook.rawValue)
        case .overtaken(.surrender): throw StepFault.givenUp
        case .overtaken(.engine(let error)): throw Failure(error, phase: phase)
        case .overtaken(.death(let exitCode)):
            guard let id else { throw StepFault.interrupted }
            throw try await death(of: service, id, phase: phase, during: "\(hook.rawValue) ran", log: log, exitCode: exitCode)
        }
    }
}
