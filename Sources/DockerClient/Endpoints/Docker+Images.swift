extension Docker {
    /// Maps to `GET /images/json`.
    ///
    /// - Parameter filters: `["reference": ["app:*"], "label": ["a=b"]]`.
    public func listImages(filters: [String: [String]] = [:]) async throws(DockerError) -> [ImageSummary] {
        var call = EngineCall("GET", "/images/json")
        call.filter(filters)
        return try await value(call)
    }

    /// Maps to `GET /images/{name}/json`.
    ///
    /// - Throws: see `isNoSuchImage`.
    public func inspectImage(_ name: String) async throws(DockerError) -> ImageInspect {
        try await value(EngineCall("GET", "/images/\(try PathEncoding.image(name))/json"))
    }

    /// Whether the engine has the image.
    public func hasImage(_ name: String) async throws(DockerError) -> Bool {
        do {
            _ = try await inspectImage(name)
            return true
        } catch {
            if error.isNotFound { return false }
            throw error
        }
    }

    /// Maps to `DELETE /images/{name}`. One that is gone is `.already`.
    @discardableResult
    public func removeImage(_ name: String, force: Bool = false) async throws(DockerError) -> EngineChange {
        var call = EngineCall("DELETE", "/images/\(try PathEncoding.image(name))")
        call.query = [("force", force ? "1" : "0")]
        do {
            try await status(call)
            return .done
        } catch {
            if error.isNotFound { return .already }
            throw error
        }
    }
}
