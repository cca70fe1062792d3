/// One HTTP GET against a published port, for readiness. Needs no engine.
public struct HTTPProbe: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        case status(Int)
        /// A few words: `connection refused`, `no answer within 1.0 seconds`.
        case failure(String)
    }

    /// A name or an address, as `DockerHost.publishedHost` has it.
    public var host: String
    public var port: Int
    /// With a leading slash, may hold a query. What no URL may hold, a space say, is sent percent-encoded.
    public var path: String
    /// For one attempt, from connecting to the head of the answer.
    public var timeout: Duration

    public init(host: String = "127.0.0.1", port: Int, path: String = "/", timeout: Duration = .seconds(1)) {
        self.host = host
        self.port = port
        self.path = path
        self.timeout = timeout
    }

    /// Makes one attempt. Redirects are not followed; the body is not read.
    public func attempt() async -> Outcome {
        await attempt(on: .shared)
    }

    func attempt(on engine: CurlEngine) async -> Outcome {
        let rooted = PathEncoding.encode(path.hasPrefix("/") ? path : "/" + path, keeping: Self.reserved)
        var request = HTTPRequest(
            method: "GET", url: "http://\(host.contains(":") ? "[\(host)]" : host):\(port)\(rooted)", endpoint: "GET \(rooted)")
        request.connectTimeout = timeout
        request.headDeadline = timeout
        request.isolated = true
        do {
            return .status(try await engine.send(request).head.status)
        } catch {
            return .failure(words(for: error))
        }
    }

    /// What RFC 3986, section 2.2, reserves, and `%`, which is taken for an encoding that is there already.
    private static let reserved = ":/?#[]@!$&'()*+,;=%"

    private func words(for error: DockerError) -> String {
        switch error.code {
        case .unreachable(.refused): "connection refused"
        case .unreachable(.timeout): "no connection within \(timeout)"
        case .unreachable: error.engineMessage.isEmpty ? "no connection" : error.engineMessage
        case .replyLost where error.engineMessage == CurlLoop.overdue: "no answer within \(timeout)"
        case .replyLost, .truncated: "connection closed before an answer"
        case .protocolViolation: "the answer is not HTTP"
        case .cancelled: "cancelled"
        default: error.description
        }
    }
}
