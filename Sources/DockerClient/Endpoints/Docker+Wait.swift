// Properties of what goes over the wire have the wire's spelling.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import FoundationEssentials

/// What `waitContainer` waits for.
public enum WaitCondition: String, Sendable {
    case notRunning = "not-running"
    case nextExit = "next-exit"
    case removed
}

/// A wait the engine has begun.
public struct ContainerWait: Sendable {
    fileprivate let body: HTTPBody

    private struct Answer: Decodable {
        struct Failure: Decodable { var Message: String? }
        var StatusCode: Int
        var Error: Failure?
    }

    /// The exit code, as soon as the condition holds.
    public func exitCode() async throws(DockerError) -> Int {
        let bytes = try await body.collect(limit: 1 << 20)
        let exchange = body.lease.exchange
        // Headers are sent at once, so an engine that goes away ends the body before it began.
        guard !bytes.isEmpty else { throw exchange.error(.truncated, "the engine ended the wait without an exit code") }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(bytes)) else {
            throw exchange.error(.protocolViolation, "unexpected reply: \(Excerpt.text(bytes))")
        }
        if let message = answer.Error?.Message, !message.isEmpty { throw exchange.error(.failedInStream, message) }
        return answer.StatusCode
    }
}

extension Docker {
    /// Begins to wait and returns when the engine has taken it down: what the caller does next cannot be missed.
    ///
    /// Maps to `POST /containers/{id}/wait`.
    public func waitContainer(_ id: String, _ condition: WaitCondition = .notRunning) async throws(DockerError) -> ContainerWait {
        var call = EngineCall("POST", try container(id, "/wait"))
        call.query = [("condition", condition.rawValue)]
        call.patience = .head
        return ContainerWait(body: try await send(call).body)
    }
}
