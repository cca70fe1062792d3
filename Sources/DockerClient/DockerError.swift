/// Why a call to the engine failed, with the engine's own words where it had any.
///
/// Statuses that only say "already so" are not errors: 304 of start and stop, 404 of remove.
public struct DockerError: Error, Sendable, Equatable {
    /// What kept the client from the engine before a request could be sent.
    public enum Unreachable: Sendable, Equatable {
        case socketMissing, refused, permission, timeout, noDescriptor, other
    }

    public enum Code: Sendable, Equatable {
        /// No connection: the request was never sent.
        case unreachable(Unreachable)
        /// The engine answered with an error status.
        case http(Int)
        /// The request was sent and no complete answer came: it may have been carried out.
        case replyLost
        /// The answer began and broke off.
        case truncated
        /// The answer is not what the Engine API promises.
        case protocolViolation
        /// The engine reported a failure inside a stream that began with status 200 (pull, build, logs).
        case failedInStream
        /// `DOCKER_HOST` or the context names something this client cannot speak to.
        case unsupportedHost
        /// The engine's range of API versions and ours have nothing in common.
        case unsupportedVersion
        case tls
        case cancelled
        /// What the engine sent could not be passed on by whoever asked for it.
        case outputRefused
        /// Refused locally: an empty name, an unreadable file, a bad pattern.
        case badRequest
    }

    public let code: Code
    /// Method and path without version and query: `POST /containers/create`. Empty when no call was made.
    public let endpoint: String
    /// The engine's own words, or ours when it said nothing.
    public let engineMessage: String

    public init(_ code: Code, endpoint: String = "", message: String = "") {
        self.code = code
        self.endpoint = endpoint
        self.engineMessage = message
    }

    /// The HTTP status, when the engine gave one.
    public var status: Int? {
        if case .http(let status) = code { return status }
        return nil
    }
}

extension DockerError: CustomStringConvertible {
    /// One sentence: what failed, at which endpoint, in whose words.
    public var description: String {
        let place = endpoint.isEmpty ? "" : " (\(endpoint))"
        let words = engineMessage.isEmpty ? "" : ": \(engineMessage)"
        switch code {
        case .unreachable(let reason): return "the Docker engine cannot be reached\(reason.text)\(words)\(place)"
        case .http(let status): return "the Docker engine answered \(status)\(words)\(place)"
        case .replyLost: return "the Docker engine's answer was lost, the outcome is unknown\(words)\(place)"
        case .truncated: return "the Docker engine's answer broke off\(words)\(place)"
        case .protocolViolation: return "the Docker engine's answer is not understood\(words)\(place)"
        case .failedInStream: return engineMessage + place
        case .unsupportedHost: return "unsupported Docker host\(words)"
        case .unsupportedVersion: return "unsupported Docker API version\(words)\(place)"
        case .tls: return "no secure connection to the Docker engine\(words)\(place)"
        case .cancelled: return "cancelled\(place)"
        case .badRequest, .outputRefused: return engineMessage + place
        }
    }
}

extension DockerError.Unreachable {
    var text: String {
        switch self {
        case .socketMissing: ", its socket does not exist"
        case .refused: ", nothing listens at its address"
        case .permission: ", permission denied on its socket"
        case .timeout: " in time"
        case .noDescriptor: ", since this process may open no more files (ulimit -n)"
        case .other: ""
        }
    }
}
