import DockerClient
import Synchronization

/// Wakes those who want to know when a container dies.
///
/// Events are only a reason to look: whoever is woken inspects the container before believing anything.
final class ContainerWatch: Sendable {
    private struct State {
        var next = 0
        var sleepers: [Int: (container: String, wake: @Sendable () -> Void)] = [:]
        var task: Task<Void, Never>?
    }

    private let state = Mutex(State())

    /// Begins to watch the group from `since`, by the engine's clock.
    func begin(engine: any ContainerEngine, group: String, since: EngineTime) {
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

    /// Calls `wake` each time the container may have died.
    func listen(to container: String, wake: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.next += 1
            state.sleepers[state.next] = (container, wake)
            return state.next
        }
    }

    func forget(_ token: Int) {
        state.withLock { state in state.sleepers[token] = nil }
    }

    private func hear(_ notice: EngineNotice) {
        let wakes = state.withLock { state -> [@Sendable () -> Void] in
            switch notice {
            case .watching: state.sleepers.values.map(\.wake)
            case .event(let event):
                ["die", "died", "oom", "destroy"].contains(event.action)
                    ? state.sleepers.values.filter { $0.container == event.id }.map(\.wake) : []
            }
        }
        for wake in wakes { wake() }
    }
}
