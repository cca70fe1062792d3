extension Docker {
    /// Asks whether the engine is there and what it speaks.
    ///
    /// Maps to `HEAD /_ping`, and `GET /_ping` where a proxy refuses HEAD.
    public func ping() async throws(DockerError) -> EnginePing {
        var call = EngineCall("HEAD", "/_ping")
        call.versioned = false
        do {
            if let ping = Self.ping(try await send(call).head) { return ping }
        } catch {
            guard error.status != nil else { throw error }
        }
        call = EngineCall("GET", "/_ping")
        call.versioned = false
        let response = try await send(call)
        let body = try await response.body.collect(limit: 1 << 20)
        guard let ping = Self.ping(response.head) else {
            throw DockerError(
                .protocolViolation, endpoint: call.endpoint,
                message: "no Api-Version in answer; is this a Docker engine? \(Excerpt.text(body))")
        }
        return ping
    }

    private static func ping(_ head: HTTPResponseHead) -> EnginePing? {
        guard let text = head["api-version"], let version = APIVersion(text) else { return nil }
        return EnginePing(apiVersion: version, isPodman: head["libpod-api-version"] != nil)
    }

    /// Maps to `GET /info`.
    public func info() async throws(DockerError) -> EngineInfo {
        try await value(EngineCall("GET", "/info"))
    }

    /// The engine's own clock, which `since` parameters are measured by.
    public func systemTime() async throws(DockerError) -> EngineTime {
        let text = try await info().systemTime
        guard let time = EngineTime(text) else {
            throw DockerError(.protocolViolation, endpoint: "GET /info", message: "SystemTime `\(text)` is no time")
        }
        return time
    }
}
