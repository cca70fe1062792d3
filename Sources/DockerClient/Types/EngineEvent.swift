// Properties of what goes over the wire have the wire's spelling.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// One of the engine's events. What it means is the caller's matter: it is a reason to look, not a source of truth.
public struct EngineEvent: Sendable, Equatable, Decodable {
    /// `container`, `image`, `network`, `volume`, …
    public var type = ""
    /// `start`, `die`, `destroy`, `health_status: healthy`, …; `exec_*` hold the whole command line, secrets included.
    public var action = ""
    /// The container's, network's or volume's id.
    public var id = ""
    /// Labels of the object, and `name`, `image`, `exitCode`, `signal`.
    public var attributes: [String: String] = [:]
    /// On the engine's clock.
    public var time = EngineTime(nanoseconds: 0)

    public init() {}

    private struct Actor: Decodable {
        var ID: String?
        var Attributes: [String: String]?
    }

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        type = try root.value("Type", "")
        action = try root.value("Action", "")
        if let actor = try root.optional("Actor", Actor.self) {
            id = actor.ID ?? ""
            attributes = actor.Attributes ?? [:]
        }
        if let exact = try root.optional("timeNano", Int.self) {
            time = EngineTime(nanoseconds: exact)
        } else {
            let seconds = try root.value("time", 0)
            time = EngineTime(nanoseconds: (0...9_000_000_000).contains(seconds) ? seconds * 1_000_000_000 : 0)
        }
    }

    /// The exit code of a `die`.
    public var exitCode: Int? { attributes["exitCode"].flatMap { Int($0) } }
    /// The container's name.
    public var name: String? { attributes["name"] }
}

/// What `Docker.events` yields.
public enum EngineNotice: Sendable, Equatable {
    /// Watching is in place: at the beginning, and again after each broken connection.
    ///
    /// The engine keeps 256 events and forgets them when it restarts, so a caller lists what it watches anew here.
    case watching
    case event(EngineEvent)
}
