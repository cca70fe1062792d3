package import DockerClient
import Orchestrator

/// An engine in memory, on the schedule's clock, that can lie and break as it is told. It outlives the processes that use it.
// Unchecked: the process has one thread (see `Scheduler`).
package final class SimulatedEngine: ContainerEngine, @unchecked Sendable {
    /// What a call suffers.
    package enum Fault: Sendable, Equatable {
        case none
        /// Nothing answers; nothing was done.
        case refused
        /// The reply is lost; it was done.
        case doneThenLost
        /// The reply is lost; it was not done.
        case lostUndone
        /// The answer breaks off after so many bytes; what came before them was heard. It was done, or was given up for it.
        case cut(after: Int, isDone: Bool)
        /// A proxy's page instead of an answer; it was not done.
        case garbage
        /// The engine has a bad day.
        case serverError
    }

    package var world = SimulatedWorld()
    /// Decides each call's fault, by the call's name.
    package var fault: (_ call: String) -> Fault = { _ in .none }
    /// Whether an event reaches nobody.
    package var losesEvent: () -> Bool = { false }
    /// Is told of a running container that is about to be sent its stop signal.
    package var willStop: (SimulatedWorld.Container) -> Void = { _ in }
    /// Is called when a command begins to run in a container.
    package var commandBegan: () -> Void = {}
    /// Seconds a call takes, half before and half after its effect.
    package var latency: () -> Double = { 0.001 }
    /// Seconds until an event is heard.
    package var eventLag: () -> Double = { 0 }
    /// Seconds the engine takes to take apart what a container that was stopped leaves behind.
    package var clearingTime = 0.05
    /// What the last build of each tag was heard to say.
    package internal(set) var heard: [String: [String]] = [:]
    /// Every effect, in order.
    package private(set) var effects: [String] = []
    /// When each container's program ended by itself the last time, by the schedule's clock.
    package private(set) var deaths: [String: Int64] = [:]
    package let scheduler: Scheduler
    private let faults: FaultPlan
    private var watchers: [Int: (label: String, notice: @Sendable (EngineNotice) -> Void)] = [:]
    private var watcherCount = 0
    /// What whoever asks for the past is told again.
    private var told: [EngineEvent] = []
    private var lastTold: Int64 = 0
    /// Grows with each restart: what was under way then has no answer.
    private(set) var life = 0
    private var awayUntil: Int64 = 0

    /// Until when the engine takes apart what a container that has ended leaves behind. Listings call it running meanwhile, and
    /// nothing is said about it.
    private var clearing: [String: Int64] = [:]

    package init(scheduler: Scheduler, faults: FaultPlan) {
        self.scheduler = scheduler
        self.faults = faults
    }

    /// - Parameter other: one that behaves as engines do: how it lies and breaks is not copied.
    init(copying other: SimulatedEngine, scheduler: Scheduler, faults: FaultPlan) {
        world = other.world
        clearingTime = other.clearingTime
        heard = other.heard
        effects = other.effects
        deaths = other.deaths
        watcherCount = other.watcherCount
        told = other.told
        lastTold = other.lastTold
        life = other.life
        awayUntil = other.awayUntil
        clearing = other.clearing
        self.scheduler = scheduler
        self.faults = faults
    }

    /// A new process connects: those before it listen no more, and what will happen by itself is on its clock.
    package func beginProcess() {
        watchers = [:]
        for container in world.containers {
            scheduleDeath(container)
            scheduleRemoval(container)
        }
    }

    /// The engine is gone, and comes back at a moment with nothing to tell of what happened meanwhile.
    func begin(life: Int, awayUntil: Int64) {
        self.life = life
        self.awayUntil = awayUntil
        scheduler.at(awayUntil) { [self] in
            for watcher in watchers.sorted(by: { $0.key < $1.key }).map(\.value) { watcher.notice(.watching) }
        }
    }

    /// It is there again.
    package func comeBack() { awayUntil = 0 }

    func scheduleRemoval(_ container: SimulatedWorld.Container) {
        guard let leaves = container.leaves else { return }
        scheduler.at(leaves) { [self] in
            try? world.remove(container.id, force: true)
            tell("destroy", container)
        }
    }

    private func scheduleDeath(_ container: SimulatedWorld.Container) {
        guard let dies = container.dies else { return }
        scheduler.at(dies.at) { [self] in
            guard let index = world.containers.firstIndex(where: { $0.id == container.id }), world.containers[index].dies != nil else {
                return
            }
            world.end(index, code: dies.code, timestamp: timestamp)
            effects.append("exit \(container.service) \(dies.code)")
            deaths[container.id] = scheduler.now
            tell("die", world.containers[index])
        }
    }

    func clearAway(_ id: String) { clearing[id] = scheduler.now + Int64(clearingTime * 1e9) }
    func isClearing(_ id: String) -> Bool { clearing[id].map { $0 > scheduler.now } ?? false }
    func cleared(_ id: String) async throws(DockerError) {
        if let until = clearing[id], until > scheduler.now { try await pass(Double(until - scheduler.now) / 1e9) }
    }

    /// All that it holds, and what it is still at.
    var picture: String {
        "\(world.containers) \(world.networks) \(world.images.sorted { $0.key < $1.key }) "
            + "\(world.volumes.sorted { $0.key < $1.key }) \(world.containers.map { isClearing($0.id) })"
    }

    var timestamp: String { scheduler.clock.now() }

    func tell(_ action: String, _ container: SimulatedWorld.Container) {
        var event = EngineEvent()
        event.type = "container"
        event.action = action
        event.id = container.id
        event.attributes = container.config.labels
        if action == "kill" { event.attributes["signal"] = "15" }
        if action == "die" { event.attributes["exitCode"] = String(container.state.exitCode) }
        event.time = EngineTime(nanoseconds: Int(scheduler.now))
        guard !losesEvent() else { return }
        told.append(event)
        // Events have a connection of their own: they come in order, but before or after the answer to what caused them.
        lastTold = max(lastTold, scheduler.now + Int64(eventLag() * 1e9))
        let watchers = watchers.sorted { $0.key < $1.key }.filter { event.has(label: $0.value.label) }
        if lastTold == scheduler.now {
            for watcher in watchers.map(\.value) { watcher.notice(.event(event)) }
        } else {
            scheduler.at(lastTold) { [self] in
                for (key, watcher) in watchers where self.watchers[key] != nil { watcher.notice(.event(event)) }
            }
        }
    }

    /// One call: its fault points, its delay, its fault, its effect.
    /// - Parameters:
    ///   - tells: the lines the engine sends while it is at work.
    ///   - hear: gets each of them that comes through whole.
    func call<Value>(
        _ name: String, reads: Bool = false, tells: [String] = [], to hear: (String) -> Void = { _ in },
        _ effect: (SimulatedEngine) throws(DockerError) -> Value
    ) async throws(DockerError) -> Value {
        if faults.isHit("before \(name)") { await never() }
        let endpoint = (reads ? "GET /" : "POST /") + name
        let broken = DockerError(.replyLost, endpoint: endpoint, message: "the connection broke")
        let asked = life
        if scheduler.now < awayUntil { throw DockerError(.unreachable(.refused), endpoint: endpoint) }
        try await pass(latency() / 2)
        if asked != life { throw broken }
        let fault = fault(name)
        switch fault {
        case .refused: throw DockerError(.unreachable(.refused), endpoint: endpoint)
        case .lostUndone: throw broken
        case .garbage: throw DockerError(.protocolViolation, endpoint: endpoint, message: "unexpected reply: <html>")
        case .serverError: throw DockerError(.http(500), endpoint: endpoint, message: "the engine has a bad day")
        case .none, .doneThenLost, .cut: break
        }
        let cut = DockerError(tells.isEmpty ? .replyLost : .truncated, endpoint: endpoint, message: "the answer broke off")
        say(tells, within: fault.bytes, to: hear)
        if case .cut(_, isDone: false) = fault { throw cut }
        if !reads { effects.append(name) }
        let value = try effect(self)
        if faults.isHit("after \(name)") { await never() }
        try await pass(latency() / 2)
        if case .cut = fault { throw cut }
        if fault == .doneThenLost || asked != life { throw broken }
        return value
    }

    /// A line comes through when its end does.
    private func say(_ lines: [String], within bytes: Int, to hear: (String) -> Void) {
        var left = bytes
        for line in lines {
            left -= line.utf8.count + 1
            guard left >= 0 else { return }
            hear(line)
        }
    }

    func pass(_ seconds: Double) async throws(DockerError) {
        do { try await scheduler.sleep(seconds) } catch { throw DockerError(.cancelled, endpoint: "POST /") }
    }

    /// The process is dead and goes no further.
    private func never() async { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }

    package func watch(label: String, since: EngineTime, notice: @escaping @Sendable (EngineNotice) -> Void) async throws(DockerError) {
        watcherCount += 1
        let key = watcherCount
        watchers[key] = (label, notice)
        notice(.watching)
        for event in told where event.time >= since && event.has(label: label) { notice(.event(event)) }
        while true {
            do { try await scheduler.sleep(3_600) } catch {
                watchers[key] = nil
                return
            }
        }
    }

    func effect(_ text: String) { effects.append(text) }
    func died(_ index: Int) { tell("die", world.containers[index]) }
    /// How it ended before is of no interest any more, even if the start fails.
    func willStart(_ id: String) { deaths[id] = nil }
    func started(_ container: SimulatedWorld.Container) { scheduleDeath(container) }
}

extension SimulatedEngine.Fault {
    /// How many of an answer come through.
    fileprivate var bytes: Int { if case .cut(let count, _) = self { count } else { .max } }
}

extension EngineEvent {
    fileprivate func has(label filter: String) -> Bool {
        let parts = filter.split(separator: "=", maxSplits: 1).map(String.init)
        return parts.count == 2 && attributes[parts[0]] == parts[1]
    }
}
