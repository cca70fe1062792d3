import FoundationEssentials

extension Docker {
    /// Sends a call and returns its head with the body still to come.
    ///
    /// - Throws: `.http` for a status from 400 on, with the engine's message. 304 is the caller's to judge.
    func send(_ call: EngineCall) async throws(DockerError) -> HTTPResponse {
        guard call.versioned else { return try await attempt(call, version: nil) }
        let version = try await apiVersion()
        do {
            return try await attempt(call, version: version)
        } catch {
            // The refusal comes before anything is done, so any call may be made again; a stream is already used up.
            if case .stream = call.body { throw explained(error, version) }
            guard renegotiate(after: error, tried: version) else { throw explained(error, version) }
            return try await attempt(call, version: apiVersion())
        }
    }

    /// Sends a call and reads all of its answer.
    func bytes(_ call: EngineCall) async throws(DockerError) -> [UInt8] {
        try await inTurn(call) { () async throws(DockerError) in try await send(call).body.collect() }
    }

    /// Sends a call whose answer is one JSON value.
    func value<Value: Decodable>(_ call: EngineCall, as type: Value.Type = Value.self) async throws(DockerError) -> Value {
        let bytes = try await bytes(call)
        do {
            return try JSONDecoder().decode(Value.self, from: Data(bytes))
        } catch {
            // JSON may hold what containers were given; anything else tells who answers there.
            let isJSON = bytes.first.map { [UInt8(ascii: "{"), UInt8(ascii: "[")].contains($0) } ?? false
            let what = isJSON ? "\(bytes.count) bytes of JSON that is not what was asked for" : Excerpt.text(bytes)
            throw DockerError(.protocolViolation, endpoint: call.endpoint, message: "unexpected reply: \(what)")
        }
    }

    /// Sends a call of which only the status counts.
    @discardableResult
    func status(_ call: EngineCall) async throws(DockerError) -> Int {
        try await inTurn(call) { () async throws(DockerError) in
            let response = try await send(call)
            _ = try await response.body.collect()
            return response.head.status
        }
    }

    /// A stream lasts as long as somebody reads, so it waits for nobody and nobody for it.
    private func inTurn<Value: Sendable>(
        _ call: EngineCall, _ body: () async throws(DockerError) -> Value
    ) async throws(DockerError) -> Value {
        switch (call.patience, call.load) {
        case (.head, _), (.quiet, _), (.none, _): try await body()
        case (.usual, .short), (.total, .short): try await shortCalls.use(body)
        case (.usual, .long), (.total, .long): try await longCalls.use(body)
        }
    }

    private func attempt(_ call: EngineCall, version: APIVersion?) async throws(DockerError) -> HTTPResponse {
        let response = try await connected(request(call, version: version))
        let status = response.head.status
        if (200..<300).contains(status) || status == 304 || status == 101 { return response }
        let bytes = await response.body.excerpt()
        guard status >= 400 else {
            throw DockerError(.protocolViolation, endpoint: call.endpoint, message: "unexpected status \(status): \(Excerpt.text(bytes))")
        }
        throw DockerError(.http(status), endpoint: call.endpoint, message: EngineMessage.text(bytes))
    }

    /// Waits for a while where no descriptor is free: others are given back, and nothing was sent.
    private func connected(_ request: HTTPRequest) async throws(DockerError) -> HTTPResponse {
        for _ in 0..<200 {
            do throws(DockerError) { return try await engine.send(request) } catch {
                guard error.code == .unreachable(.noDescriptor) else { throw error }
                if case .stream = request.body { throw error }
                do { try await Task.sleep(for: .milliseconds(50)) } catch { throw DockerError(.cancelled, endpoint: request.endpoint) }
            }
        }
        return try await engine.send(request)
    }

    func request(_ call: EngineCall, version: APIVersion?) -> HTTPRequest {
        var target = version.map { "/v\($0)" } ?? ""
        target += call.path
        if !call.query.isEmpty {
            target += "?" + call.query.map { PathEncoding.encode($0.0) + "=" + PathEncoding.encode($0.1) }.joined(separator: "&")
        }
        var request: HTTPRequest
        switch host.address {
        case .unix(let path):
            request = HTTPRequest(method: call.method, url: "http://localhost" + target, endpoint: call.endpoint)
            request.unixSocket = path
        case .tcp(let authority, let prefix, let tls):
            let scheme = tls == nil ? "http" : "https"
            request = HTTPRequest(method: call.method, url: "\(scheme)://\(authority)\(prefix)\(target)", endpoint: call.endpoint)
            request.tls = tls
        }
        request.headers = call.headers
        request.body = call.body
        switch call.patience {
        case .usual: request.deadline = patience
        case .total(let limit): request.deadline = limit
        case .head: request.headDeadline = patience
        case .quiet(let limit): request.quietLimit = limit
        case .none: break
        }
        return request
    }

    private func explained(_ error: DockerError, _ version: APIVersion) -> DockerError {
        guard error.status == 400, APIVersion.bound(inRefusal: error.engineMessage) != nil else { return error }
        return DockerError(
            .unsupportedVersion, endpoint: error.endpoint,
            message: "asked for \(version), this client speaks \(APIVersion.oldest) to \(APIVersion.newest): \(error.engineMessage)")
    }
}
