import TestSupport

/// Stands between the program and a real engine, and kills the program before or after any of its requests.
final class EngineProxy: Sendable {
    let client = LethalClient()
    var host: String { engine.host }
    private let engine: ScriptedEngine

    /// - Parameter path: the real engine's socket.
    init(to path: String) throws {
        engine = try ScriptedEngine()
        // The real engine finishes what a killed process had asked for; so that each trial is the same, the next process's
        // requests wait for that.
        let turn = ScriptedTurn()
        for method in ["HEAD", "GET", "POST", "PUT", "DELETE"] {
            engine.on(
                method, "*",
                .act { [client] request in
                    switch client.verdict(on: request) {
                    case .refused: .close
                    case .served: .relay(to: path, turn)
                    case .servedThenKilled: .relayThenClose(to: path, turn) { client.kill() }
                    }
                })
        }
        // These last, and change nothing once their client is gone.
        engine.on("GET", "/events", .relay(to: path))
        engine.on(
            "POST", "/build",
            .act { [client] request in
                switch client.verdict(on: request) {
                case .refused: .close
                case .served: .relay(to: path)
                case .servedThenKilled: .relayThenClose(to: path, ScriptedTurn()) { client.kill() }
                }
            })
    }

    deinit { engine.stop() }
}
