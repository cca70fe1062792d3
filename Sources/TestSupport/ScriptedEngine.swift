import Glibc
import Synchronization

/// An HTTP server in this process that answers as it is told: the engine's double for faults no real one shows on demand.
///
/// Listens at a socket of its own in a temporary directory (or at a free TCP port of the loopback), one thread a connection.
/// `/_ping` is answered with `Api-Version: 1.41` unless a script says otherwise. What no script answers gets 501.
public final class ScriptedEngine: Sendable {
    public enum Listening: Sendable { case unix, tcp }

    /// Path of the socket; empty when listening at TCP.
    public let path: String
    /// The TCP port; 0 when listening at a Unix socket.
    public let port: Int
    /// `unix:///…` or `tcp://127.0.0.1:…`
    public var host: String { path.isEmpty ? "tcp://127.0.0.1:\(port)" : "unix://" + path }

    struct Script: Sendable {
        var method: String
        var pattern: String
        var actions: ArraySlice<ScriptedAction>
    }

    struct State {
        var listener: Int32
        var scripts: [Script] = []
        var requests: [ScriptedRequest] = []
        var waiters: [(method: String, pattern: String, count: Int, resume: @Sendable () -> Void)] = []
        var accepted = 0
        var stopped = false
    }

    private let directory: TemporaryDirectory?
    let state: Mutex<State>
    let connections = ScriptedConnections()

    public init(_ listening: Listening = .unix) throws {
        switch listening {
        case .unix:
            let directory = TemporaryDirectory("scripted")
            self.directory = directory
            path = directory.path + "/engine.sock"
            port = 0
            state = Mutex(State(listener: try ScriptedSocket.listen(at: path)))
        case .tcp:
            directory = nil
            path = ""
            let (listener, number) = try ScriptedSocket.listenOnLoopback()
            port = number
            state = Mutex(State(listener: listener))
        }
        let listener = state.withLock { $0.listener }
        ScriptedThread.start { [weak self] in
            while true {
                let file = accept(listener, nil, nil)
                if file < 0, errno == EINTR || errno == ECONNABORTED { continue }
                guard file >= 0 else {
                    // Only this thread closes the listener, or its number could be another engine's by the next accept.
                    close(listener)
                    return
                }
                guard let engine = self else {
                    close(file)
                    continue
                }
                _ = fcntl(file, F_SETFD, FD_CLOEXEC)
                engine.serve(file)
            }
        }
    }

    deinit {
        stop()
    }

    /// Adds answers for a method and a path (without version; `*` stands for any part). They are used in order, the last one
    /// for ever. Later scripts go before earlier ones.
    public func on(_ method: String, _ pattern: String, _ actions: ScriptedAction...) {
        state.withLock { $0.scripts.insert(Script(method: method, pattern: pattern, actions: actions[...]), at: 0) }
    }

    /// All requests so far, in order of arrival.
    public var requests: [ScriptedRequest] { state.withLock { $0.requests } }

    /// Connections accepted so far.
    public var connectionCount: Int { state.withLock { $0.accepted } }

    public func requests(_ method: String, _ pattern: String) -> [ScriptedRequest] {
        requests.filter { $0.method == method && ScriptedPath.matches($0.path, pattern) }
    }

    /// Returns when that many such requests have arrived.
    public func received(_ method: String, _ pattern: String, count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let there = state.withLock { state in
                if Self.count(state, method, pattern) >= count { return true }
                state.waiters.append((method, pattern, count, { continuation.resume() }))
                return false
            }
            if there { continuation.resume() }
        }
    }

    static func count(_ state: State, _ method: String, _ pattern: String) -> Int {
        state.requests.count { $0.method == method && ScriptedPath.matches($0.path, pattern) }
    }

    /// Breaks all connections but goes on listening: an engine that restarts.
    public func dropConnections() {
        connections.breakAll()
    }

    /// Stops listening; the socket's file stays, so that connecting is refused.
    public func refuse() {
        state.withLock { state in
            guard !state.stopped else { return }
            state.stopped = true
            shutdown(state.listener, Int32(SHUT_RDWR))
        }
        connections.breakAll()
    }

    /// Stops listening and removes the socket.
    public func stop() {
        refuse()
        guard !path.isEmpty else { return }
        unlink(path)
    }
}

public struct ScriptedEngineError: Error, CustomStringConvertible {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    public var description: String { "scripted engine: " + String(cString: strerror(number)) }
}
