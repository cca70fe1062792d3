import Synchronization

/// Which services of a run are given up while something of theirs is under way, and whoever is to be told.
final class Surrender: Sendable {
    private struct State {
        var givenUp: Set<String> = []
        var next = 0
        var listeners: [Int: (service: String, call: @Sendable () -> Void)] = [:]
    }

    private let state = Mutex(State())

    func giveUp(_ service: String) {
        let calls = state.withLock { state in
            state.givenUp.insert(service)
            return state.listeners.values.filter { $0.service == service }.map(\.call)
        }
        for call in calls { call() }
    }

    /// Calls when the service is given up, at once if it has been.
    func listen(to service: String, _ call: @escaping @Sendable () -> Void) -> Int {
        let (token, isGivenUp) = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = (service, call)
            return (state.next, state.givenUp.contains(service))
        }
        if isGivenUp { call() }
        return token
    }

    func forget(_ token: Int) { state.withLock { $0.listeners[token] = nil } }
}
