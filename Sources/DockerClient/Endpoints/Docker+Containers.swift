/// What `createContainer` returns.
public struct CreatedContainer: Sendable, Equatable, Decodable {
    public var id = ""
    public var warnings: [String] = []

    public init(id: String, warnings: [String] = []) {
        self.id = id
        self.warnings = warnings
    }

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        // Nothing can be done to a container without one, and every path with it would mean something else.
        id = try root.decode(String.self, forKey: EngineKey("Id"))
        guard !id.isEmpty else { throw DecodingError.dataCorruptedError(forKey: EngineKey("Id"), in: root, debugDescription: "empty") }
        warnings = try root.value("Warnings", [])
    }
}

/// Whether a call changed something or found it done.
public enum EngineChange: Sendable, Equatable {
    case done
    /// It was so already: started, stopped, removed.
    case already
    /// The engine is at it: a removal that began earlier.
    case underWay
}

extension Docker {
    /// Maps to `POST /containers/create`.
    ///
    /// - Throws: see `isNameConflict`, `isNoSuchImage`, `isMountMissing`.
    public func createContainer(name: String?, _ config: ContainerConfig) async throws(DockerError) -> CreatedContainer {
        var call = EngineCall("POST", "/containers/create")
        if let name { call.query.append(("name", name)) }
        call.json(config)
        call.patience = .total(patience * 2)
        return try await value(call)
    }

    /// Maps to `POST /containers/{id}/start`. A container that runs already is `.already`.
    ///
    /// - Throws: see `isPortInUse`, `isBadEntrypoint`, `isMountMissing`.
    @discardableResult
    public func startContainer(_ id: String) async throws(DockerError) -> EngineChange {
        var call = EngineCall("POST", try container(id, "/start"))
        call.patience = .total(patience * 2)
        return try await status(call) == 304 ? .already : .done
    }

    /// Maps to `POST /containers/{id}/unpause`. A container that is not paused is `.already`.
    @discardableResult
    public func unpauseContainer(_ id: String) async throws(DockerError) -> EngineChange {
        do {
            try await status(EngineCall("POST", try container(id, "/unpause")))
            return .done
        } catch {
            guard !error.isNotFound, error.engineMessage.contains("is not paused") else { throw error }
            return .already
        }
    }

    /// Maps to `POST /containers/{id}/stop`. A container that does not run is `.already`.
    ///
    /// - Parameters:
    ///   - timeout: how long the engine waits before it kills, in whole seconds.
    ///   - signal: instead of the container's own stop signal; ignored by engines before API 1.42.
    @discardableResult
    public func stopContainer(_ id: String, timeout: Duration, signal: String? = nil) async throws(DockerError) -> EngineChange {
        var call = EngineCall("POST", try container(id, "/stop"))
        let seconds = max(0, Int(timeout.components.seconds))
        call.query = [("t", "\(seconds)")]
        if let signal { call.query.append(("signal", signal)) }
        call.patience = .total(.seconds(seconds) + patience)
        call.load = .long
        return try await status(call) == 304 ? .already : .done
    }

    /// Maps to `POST /containers/{id}/kill`. A container that does not run is `.already`.
    @discardableResult
    public func killContainer(_ id: String, signal: String = "SIGKILL") async throws(DockerError) -> EngineChange {
        var call = EngineCall("POST", try container(id, "/kill"))
        call.query = [("signal", signal)]
        do {
            try await status(call)
            return .done
        } catch {
            guard error.status == 409, error.engineMessage.contains("is not running") else { throw error }
            return .already
        }
    }

    /// Maps to `DELETE /containers/{id}`. One that is gone is `.already`, one being removed `.underWay`.
    ///
    /// - Parameters:
    ///   - force: kills it when it runs.
    ///   - volumes: removes its anonymous volumes; named ones stay.
    @discardableResult
    public func removeContainer(_ id: String, force: Bool = false, volumes: Bool = false) async throws(DockerError) -> EngineChange {
        var call = EngineCall("DELETE", try container(id))
        call.query = [("force", force ? "1" : "0"), ("v", volumes ? "1" : "0")]
        call.patience = .total(patience * 2)
        do {
            try await status(call)
            return .done
        } catch {
            if error.isNotFound { return .already }
            if error.isRemovalInProgress { return .underWay }
            throw error
        }
    }

    /// Maps to `POST /containers/{id}/rename`.
    public func renameContainer(_ id: String, to name: String) async throws(DockerError) {
        var call = EngineCall("POST", try container(id, "/rename"))
        call.query = [("name", name)]
        try await status(call)
    }

    /// Maps to `GET /containers/{id}/json`.
    public func inspectContainer(_ id: String) async throws(DockerError) -> ContainerInspect {
        let call = EngineCall("GET", try container(id, "/json"))
        let answer: ContainerInspect = try await value(call)
        guard !answer.id.isEmpty else { throw Self.tellsNothing(call) }
        return answer
    }

    /// An object, and not a container's.
    private static func tellsNothing(_ call: EngineCall) -> DockerError {
        DockerError(.protocolViolation, endpoint: call.endpoint, message: "unexpected reply: it is no container's")
    }

    /// Of the same answer only the state: what is asked most often, and a third of the work.
    public func containerState(_ id: String) async throws(DockerError) -> ContainerState {
        let call = EngineCall("GET", try container(id, "/json"))
        let answer: ContainerInspect.StateOnly = try await value(call)
        guard !answer.state.status.isEmpty else { throw Self.tellsNothing(call) }
        return answer.state
    }

    /// The same as the engine sends it: JSON text.
    public func inspectContainerJSON(_ id: String) async throws(DockerError) -> String {
        String(decoding: try await bytes(EngineCall("GET", try container(id, "/json"))), as: UTF8.self)
    }

    /// Maps to `GET /containers/json`.
    ///
    /// - Parameters:
    ///   - all: also those that do not run.
    ///   - labels: `key` or `key=value`, all of which a container must have.
    ///   - filters: further ones as the engine names them: `["name": ["^/x$"], "status": ["exited"]]`.
    public func listContainers(
        all: Bool = true, labels: [String] = [], filters: [String: [String]] = [:]
    ) async throws(DockerError) -> [ContainerSummary] {
        var call = EngineCall("GET", "/containers/json")
        call.query = [("all", all ? "1" : "0")]
        call.filter(filters.merging(["label": labels]) { $0 + $1 }.filter { !$0.value.isEmpty })
        return try await value(call)
    }

    func container(_ id: String, _ rest: String = "") throws(DockerError) -> String {
        "/containers/" + (try PathEncoding.segment(id, of: "a container")) + rest
    }
}
