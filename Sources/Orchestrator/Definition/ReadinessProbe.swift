import Reconciler

/// What makes a service ready, when it does not write its own `ping`.
public indirect enum ReadinessProbe: Sendable, Equatable {
    case none
    /// The container port accepts connections; see `TCPProbe` for who is asked.
    case tcp(port: Int)
    /// `GET` through the host port answers with a status in the range.
    case http(port: Int, path: String, status: ClosedRange<Int>)
    /// The regular expression is found in this many lines since the container's start.
    case log(pattern: String, times: Int)
    /// The command exits with 0 inside the container.
    case exec([String])
    /// The image's health check says healthy.
    case healthy
    /// The container ends with this code: a one-shot such as a migration.
    case exits(code: Int)
    case all([ReadinessProbe])
    case any([ReadinessProbe])

    /// The texts that may hold `{key}`: all but a pattern, in which braces count how often something is to be there.
    public var templates: [String] {
        switch self {
        case .http(_, let path, _): [path]
        case .exec(let command): command
        case .all(let probes), .any(let probes): probes.flatMap(\.templates)
        default: []
        }
    }

    /// The probe with each `{key}` replaced.
    func resolved(_ context: ContextValues) throws(TemplateError) -> ReadinessProbe {
        func text(_ source: String) throws(TemplateError) -> String { try Template(source).resolved(context).text }
        func all(_ probes: [ReadinessProbe]) throws(TemplateError) -> [ReadinessProbe] {
            var done: [ReadinessProbe] = []
            for probe in probes { done.append(try probe.resolved(context)) }
            return done
        }
        switch self {
        case .http(let port, let path, let status): return .http(port: port, path: try text(path), status: status)
        case .exec(let command):
            var words: [String] = []
            for word in command { words.append(try text(word)) }
            return .exec(words)
        case .all(let probes): return .all(try all(probes))
        case .any(let probes): return .any(try all(probes))
        case .none, .tcp, .log, .healthy, .exits: return self
        }
    }

    /// The exit codes a one-shot may end with; none for services that keep running.
    public var expectedExits: Set<Int> {
        switch self {
        case .exits(let code): [code]
        case .all(let probes), .any(let probes): probes.reduce(into: []) { $0.formUnion($1.expectedExits) }
        default: []
        }
    }

    /// In words, for progress and messages: `GET :8080/`.
    public var words: String {
        switch self {
        case .none: "nothing"
        case .tcp(let port): "tcp :\(port)"
        case .http(let port, let path, _): "GET :\(port)\(path)"
        case .log(let pattern, let times): times == 1 ? "log /\(pattern)/" : "log /\(pattern)/ ×\(times)"
        case .exec(let command): "exec \(command.joined(separator: " "))"
        case .healthy: "health check"
        case .exits(let code): "exit with \(code)"
        case .all(let probes): probes.map(\.words).joined(separator: " and ")
        case .any(let probes): probes.map(\.words).joined(separator: " or ")
        }
    }
}
