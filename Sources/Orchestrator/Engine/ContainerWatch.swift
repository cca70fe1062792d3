import DockerClient
import Synchronization

/// Wakes those who want to know when a container dies.
///
/// Events are a reason to look: whoever is woken inspects the container before believing anything. One is believed as it is:
/// the death, with its exit code, of a container whose start was seen before it in the same stream. The engine answers no
/// inspect of it for a while (20.10 takes its network apart first).
final class ContainerWatch: Sendable {
    /// Is handed the exit code of a death that is certain.
    typealias Wake = @Sendable (_ exitCode: Int?) -> Void

    private struct State {
        var next = 0
        var sleepers: [Int: (container: String, wake: Wake)] = [:]
        /// Containers whose start was seen, and no death after it.
        var started: Set<String> = []
        /// The signals to end that somebody had the engine send since the start was seen.
        var signals: [String: Int] = [:]
        /// Containers whose start and death were seen.
        var dead: Set<String> = []
        /// Those of them of which a run has still to learn.
        var unsettled: Set<String> = []
        /// How each container ended last, whatever became of it since.
        var ends: [String: (exitCode: Int?, signal: Int?)] = [:]
        /// Containers that ended after somebody had the engine send them a signal to end, and were not started since.
        var stopped: Set<String> = []
        /// By the engine's clock. What happened before, the run has seen when it looked.
        var beganAt = EngineTime(nanoseconds: 0)
        /// Called at each certain death.
        var onDeath: Wake?
        var task: Task<Void, Never>?
    }

    private let state = Mutex(State())

    /// Begins to watch the group from `since`, by the engine's clock.
    func begin(engine: any ContainerEngine, group: String, since: EngineTime) {
        state.withLock { $0.beganAt = since }
        let task = Task { [self] in
            // Without events the level-triggered looks of each ping still find a death, only later.
            _ = try? await engine.watch(label: GroupLabels.filter(group: group), since: since) { [self] in hear($0) }
        }
        state.withLock { $0.task = task }
    }

    func end() {
        state.withLock { state in
            state.task?.cancel()
            state.task = nil
        }
    }

    /// Calls `wake` each time the container may have died; at once where that is known already.
    func listen(to container: String, wake: @escaping Wake) -> Int {
        let (token, isDead, exitCode) = state.withLock { state in
            state.next += 1
            state.sleepers[state.next] = (container, wake)
            return (state.next, state.dead.contains(container), state.ends[container]?.exitCode)
        }
        if isDead { wake(exitCode) }
        return token
    }

    /// Whether a container is known to have died since it was started; its exit code, where that is known too.
    func death(of container: String) -> (isDead: Bool, exitCode: Int?) {
        state.withLock { state in state.dead.contains(container) ? (true, state.ends[container]?.exitCode) : (false, nil) }
    }

    /// How a container's process was last seen to end, also when it was started again: its exit code, and the signal somebody had the
    /// engine send before.
    func lastEnd(of container: String) -> (exitCode: Int?, signal: Int?)? { state.withLock { $0.ends[container] } }

    /// Whether a container's process was seen to end as it was told to, through the engine. What the engine does after that, it
    /// may still be at.
    func hasBeenStopped(_ container: String) -> Bool { state.withLock { $0.stopped.contains(container) } }

    /// SIGINT, SIGQUIT, SIGKILL and SIGTERM: what a container is stopped with. Others ask for something else, a reload say.
    private static let ending: Set<Int> = [2, 3, 9, 15]

    /// The last signal to end that a container was sent through the engine: by `docker stop`, or by an engine that was shut down.
    func signal(to container: String) -> Int? {
        state.withLock { $0.signals[container] }
    }

    /// Calls `call` whenever `death(of:)` knows of one more, in the place of whoever was called before.
    func onDeath(_ call: Wake?) { state.withLock { $0.onDeath = call } }

    /// Containers that have died and were not settled since. Cheap, for those who ask often: deaths are rare.
    var unsettledDeaths: Set<String> { state.withLock { $0.unsettled } }

    /// From here on nobody has to be told of these deaths.
    func settle(_ containers: Set<String>) { state.withLock { $0.unsettled.subtract(containers) } }

    func forget(_ token: Int) {
        state.withLock { state in state.sleepers[token] = nil }
    }

    private func hear(_ notice: EngineNotice) {
        let (wakes, exitCode) = state.withLock { state -> ([Wake], Int?) in
            guard case .event(let event) = notice else {
                // The stream may have a gap.
                state.started = []
                return (state.sleepers.values.map(\.wake), nil)
            }
            let concerned = state.sleepers.values.filter { $0.container == event.id }.map(\.wake)
            // A start and a death before the run say nothing about what the run starts, whose own start may be heard late.
            guard event.time >= state.beganAt else { return (concerned, nil) }
            switch event.action {
            case "start":
                state.started.insert(event.id)
                state.dead.remove(event.id)
                state.unsettled.remove(event.id)
                state.signals[event.id] = nil
                state.stopped.remove(event.id)
                return ([], nil)
            case "kill":
                if let signal = event.attributes["signal"].flatMap({ Int($0) }), Self.ending.contains(signal) {
                    state.signals[event.id] = signal
                }
                return ([], nil)
            case "die", "died":
                if state.signals[event.id] != nil { state.stopped.insert(event.id) }
                let exitCode = event.attributes["exitCode"].flatMap { Int($0) }
                state.ends[event.id] = (exitCode, state.signals[event.id])
                guard state.started.remove(event.id) != nil else { return (concerned, nil) }
                state.dead.insert(event.id)
                state.unsettled.insert(event.id)
                return (concerned + [state.onDeath].compactMap(\.self), exitCode)
            case "oom", "destroy": return (concerned, nil)
            default: return ([], nil)
            }
        }
        for wake in wakes { wake(exitCode) }
    }
}
