// Properties of what goes over the wire have the wire's spelling.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

extension Docker {
    /// Maps to `POST /networks/create`; returns the id.
    ///
    /// Engines before 25 may hold two networks of one name under a race; `CheckDuplicate` narrows it.
    public func createNetwork(name: String, labels: [String: String] = [:], driver: String = "bridge") async throws(DockerError) -> String {
        struct Body: Encodable {
            var Name: String
            var Driver: String
            var Labels: [String: String]
            var CheckDuplicate = true
        }
        struct Created: Decodable { var Id: String }
        var call = EngineCall("POST", "/networks/create")
        call.json(Body(Name: name, Driver: driver, Labels: labels))
        return try await value(call, as: Created.self).Id
    }

    /// Maps to `GET /networks/{id}`.
    public func inspectNetwork(_ id: String) async throws(DockerError) -> NetworkInspect {
        try await value(EngineCall("GET", try network(id)))
    }

    /// Maps to `GET /networks`. The engine matches `name` as a part, so callers compare names themselves.
    public func listNetworks(labels: [String] = [], filters: [String: [String]] = [:]) async throws(DockerError) -> [NetworkInspect] {
        var call = EngineCall("GET", "/networks")
        call.filter(filters.merging(["label": labels]) { $0 + $1 }.filter { !$0.value.isEmpty })
        return try await value(call)
    }

    /// Maps to `DELETE /networks/{id}`. One that is gone is `.already`.
    ///
    /// - Throws: see `isNetworkInUse`.
    @discardableResult
    public func removeNetwork(_ id: String) async throws(DockerError) -> EngineChange {
        do {
            try await status(EngineCall("DELETE", try network(id)))
            return .done
        } catch {
            if error.isNotFound { return .already }
            throw error
        }
    }

    /// Maps to `POST /networks/{id}/disconnect`.
    public func disconnectNetwork(_ id: String, container: String, force: Bool = false) async throws(DockerError) {
        struct Body: Encodable {
            var Container: String
            var Force: Bool
        }
        var call = EngineCall("POST", try network(id, "/disconnect"))
        call.json(Body(Container: container, Force: force))
        try await status(call)
    }

    private func network(_ id: String, _ rest: String = "") throws(DockerError) -> String {
        "/networks/" + (try PathEncoding.segment(id, of: "a network")) + rest
    }
}
