import FoundationEssentials

/// One call of the Engine API before it has an address.
struct EngineCall: Sendable {
    /// How long the engine may take.
    enum Patience: Sendable {
        /// The client's usual limit from start to end.
        case usual
        case total(Duration)
        /// The head must come within the usual limit, the body lasts as long as it likes.
        case head
        case none
    }

    /// What it counts for among the calls in flight.
    enum Load: Sendable {
        /// The engine answers as soon as it can.
        case short
        /// It waits for a container.
        case long
    }

    var method: String
    /// Encoded, without version: `/containers/create`.
    var path: String
    var query: [(String, String)] = []
    var headers: [(name: String, value: String)] = []
    var body = HTTPRequest.Body.none
    var patience = Patience.usual
    var load = Load.short
    var versioned = true

    var endpoint: String { method + " " + path }

    init(_ method: String, _ path: String) {
        self.method = method
        self.path = path
    }

    mutating func json(_ value: some Encodable) {
        body = .bytes(CanonicalJSON.encode(value))
        headers.append(("Content-Type", "application/json"))
    }

    /// `filters` as the engine takes them: `{"label":["a=b"]}`.
    mutating func filter(_ filters: [String: [String]]) {
        guard filters.contains(where: { !$0.value.isEmpty }) else { return }
        query.append(("filters", String(decoding: CanonicalJSON.encode(filters), as: UTF8.self)))
    }
}

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
            throw DockerError(
                .protocolViolation, endpoint: call.endpoint, message: "unexpected reply: \(Excerpt.text(bytes))")
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
        case (.head, _), (.none, _): try await body()
        case (.usual, .short), (.total, .short): try await shortCalls.use(body)
        case (.usual, .long), (.total, .long): try await longCalls.use(body)
        }
    }

    private func attempt(_ call: EngineCall, version: APIVersion?) async throws(DockerError) -> HTTPResponse {
        let response = try await engine.send(request(call, version: version))
        let status = response.head.status
        if (200..<300).contains(status) || status == 304 || status == 101 { return response }
        let bytes = await response.body.excerpt()
        guard status >= 400 else {
            throw DockerError(.protocolViolation, endpoint: call.endpoint, message: "unexpected status \(status): \(Excerpt.text(bytes))")
        }
        throw DockerError(.http(status), endpoint: call.endpoint, message: EngineMessage.text(bytes))
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

/// The engine's words in the body of an error status: `{"message": "…"}`, or text from a proxy, or nothing.
enum EngineMessage {
    private struct Body: Decodable { var message: String }

    static func text(_ bytes: [UInt8]) -> String {
        if let body = try? JSONDecoder().decode(Body.self, from: Data(bytes)) { return body.message }
        return Excerpt.text(bytes)
    }
}

/// Percent-encoding of what users name.
enum PathEncoding {
    private static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
    private static let digits = Array("0123456789ABCDEF".utf8)

    static func encode(_ text: String, keeping kept: String = "") -> String {
        let kept = Set(kept.utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if unreserved.contains(byte) || kept.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One segment of a path. An empty one would address another endpoint.
    static func segment(_ name: String, of what: String) throws(DockerError) -> String {
        guard !name.isEmpty, name != ".", name != ".." else {
            throw DockerError(.badRequest, message: "`\(name)` is no name of \(what)")
        }
        return encode(name)
    }

    /// An image's name, whose slashes and colons the engine takes as they are.
    static func image(_ name: String) throws(DockerError) -> String {
        guard !name.isEmpty,
            !name.split(separator: "/", omittingEmptySubsequences: false).contains(where: { ["", ".", ".."].contains($0) })
        else { throw DockerError(.badRequest, message: "`\(name)` is no name of an image") }
        return encode(name, keeping: "/:@")
    }
}
