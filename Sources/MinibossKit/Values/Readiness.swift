internal import Orchestrator

/// What makes a service ready, for services that do not write their own `ping`.
public struct Readiness: Sendable {
    let probe: ReadinessProbe

    /// Ready as soon as the container runs.
    public static var none: Readiness { Readiness(probe: .none) }

    /// The container port, one of `ports`, accepts connections.
    public static func tcp(_ port: Int) -> Readiness { Readiness(probe: .tcp(port: port)) }

    /// `GET path` on the container port, through its host port, answers with a status in the range; 200-399 by default.
    public static func http(port: Int, path: String = "/", status: ClosedRange<Int> = 200...399) -> Readiness {
        Readiness(probe: .http(port: port, path: path, status: status))
    }

    /// `GET path` on the container port, through its host port, answers with just this status.
    public static func http(port: Int, path: String = "/", status: Int) -> Readiness {
        .http(port: port, path: path, status: status...status)
    }

    /// The regular expression is found in this many lines since the container's start.
    public static func log(_ pattern: String, times: Int = 1) -> Readiness { Readiness(probe: .log(pattern: pattern, times: times)) }

    /// The command exits with 0 inside the container.
    public static func exec(_ program: String, _ arguments: String...) -> Readiness { Readiness(probe: .exec([program] + arguments)) }

    /// The command exits with 0 inside the container.
    public static func exec(_ command: [String]) -> Readiness { Readiness(probe: .exec(command)) }

    /// The image's health check says healthy.
    public static var healthy: Readiness { Readiness(probe: .healthy) }

    /// The container ends with this code: a job such as a migration, not a service that keeps running.
    public static func exits(code: Int = 0) -> Readiness { Readiness(probe: .exits(code: code)) }

    /// All of them at the same time.
    public static func all(_ parts: Readiness...) -> Readiness { Readiness(probe: .all(parts.map(\.probe))) }

    /// One of them.
    public static func any(_ parts: Readiness...) -> Readiness { Readiness(probe: .any(parts.map(\.probe))) }
}
