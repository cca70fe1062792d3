import DockerClient
import FoundationEssentials
import Glibc
import Simulation
import Synchronization
import TestSupport

/// An engine at a Unix socket that keeps what it is told: `SimulatedWorld` behind the endpoints that miniboss uses.
///
/// It can serve one process at a time, and kill it before or after carrying out any of its requests.
final class WorldEngine: Sendable {
    struct State {
        var world = SimulatedWorld()
        /// On the engine's own clock, which goes on with each request.
        var now: Int64 = 1_800_000_000_000_000_000
        var execs: [Exec] = []
        /// How many containers, by service, and networks were made.
        var made: [String: Int] = [:]
        /// The operations of the group in which they were made, by their labels.
        var operations: Set<String> = []
        /// How often a container of each service was begun.
        var begun: [String: Int] = [:]
    }

    /// A command in a container.
    struct Exec {
        var container: String
        var command: [String]
        var hasRun = false
    }

    /// What the process in a container prints when a command is run in it.
    typealias Printed = @Sendable (SimulatedWorld.Container, [String]) -> String

    var host: String { engine.host }
    let feed = ScriptedFeed()
    let printed: Printed
    private let engine: ScriptedEngine
    private let state: Mutex<State>
    let client = LethalClient()

    init(_ state: State = State(), printed: @escaping Printed = { _, _ in "" }) throws {
        self.state = Mutex(state)
        self.printed = printed
        engine = try ScriptedEngine()
        for method in ["HEAD", "GET", "POST", "DELETE"] {
            engine.on(method, "*", .act { [weak self] request in self?.answer(request) ?? .close })
        }
    }

    deinit { engine.stop() }

    func withState<Value>(_ body: (inout State) throws -> sending Value) rethrows -> sending Value { try state.withLock(body) }

    private func answer(_ request: ScriptedRequest) -> ScriptedAction {
        switch client.verdict(on: request) {
        case .refused: return .close
        case .served: return perform(request)
        case .servedThenKilled:
            _ = perform(request)
            client.kill()
            return .close
        }
    }

    private func perform(_ request: ScriptedRequest) -> ScriptedAction {
        withState { state in
            state.now += 1_000_000
            do throws(DockerError) { return try respond(&state, request) } catch {
                return .reply(.error(error.status ?? 500, error.engineMessage))
            }
        }
    }

    private func respond(_ state: inout State, _ request: ScriptedRequest) throws(DockerError) -> ScriptedAction {
        let parts = request.path.split(separator: "/").map(String.init)
        switch parts.first {
        case "_ping": return .reply(ScriptedReply(200, headers: ["Api-Version": "1.41"]))
        case "info":
            return .reply(.json(200, #"{"ID":"WORLD","ServerVersion":"20.10.0","SystemTime":"\#(state.timestamp)"}"#))
        case "containers": return try containers(&state, request, Array(parts.dropFirst()))
        case "exec": return try execs(&state, request, Array(parts.dropFirst()))
        case "images": return try images(state, request, Array(parts.dropFirst()))
        case "build": return try build(&state, request)
        case "networks": return try networks(&state, request, Array(parts.dropFirst()))
        case "volumes": return try volumes(&state, request, Array(parts.dropFirst()))
        case "events":
            let wanted = request.filters["label"] ?? []
            let since = EngineTime(seconds: request.query["since"]?.first ?? "0")
            return .follow(feed) { piece in
                piece.tags.has(wanted) && (piece.tags["time"].flatMap { Int($0) } ?? 0) >= since.nanoseconds
            }
        default: throw .unknown(request)
        }
    }
}

extension WorldEngine.State {
    /// RFC 3339 with nanoseconds.
    var timestamp: String {
        var seconds = time_t(now / 1_000_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let length = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S", &parts)
        let fraction = String(now % 1_000_000_000)
        return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self) + "."
            + String(repeating: "0", count: 9 - fraction.count) + fraction + "Z"
    }
}

extension ScriptedRequest {
    var filters: [String: [String]] {
        (query["filters"]?.first).flatMap { try? JSONDecoder().decode([String: [String]].self, from: Data($0.utf8)) } ?? [:]
    }

    func decoded<Value: Decodable>(_ type: Value.Type) throws(DockerError) -> Value {
        do { return try JSONDecoder().decode(type, from: Data(body)) } catch {
            throw DockerError(.http(400), message: "not what is expected: \(error)")
        }
    }
}

extension ScriptedReply {
    static func value(_ value: some Encodable, status: Int = 200) -> ScriptedReply {
        .json(status, (try? JSONEncoder().encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null")
    }
}

extension DockerError {
    static func unknown(_ request: ScriptedRequest) -> DockerError {
        DockerError(.http(501), message: "this engine has no \(request.method) \(request.path)")
    }
}

extension EngineTime {
    /// From `seconds.nanoseconds`.
    fileprivate init(seconds text: String) {
        let parts = text.split(separator: ".")
        let whole = parts.first.flatMap { Int($0) } ?? 0
        self.init(nanoseconds: whole * 1_000_000_000 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0))
    }
}

extension [String: String] {
    /// Whether all of `key` or `key=value` are among these labels.
    func has(_ filters: [String]) -> Bool {
        filters.allSatisfy { filter in
            let parts = filter.split(separator: "=", maxSplits: 1).map(String.init)
            return parts.count == 2 ? self[parts[0]] == parts[1] : self[filter] != nil
        }
    }
}
