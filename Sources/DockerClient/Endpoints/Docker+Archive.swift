extension Docker {
    /// Unpacks a tar archive in a container; it need not run.
    ///
    /// Maps to `PUT /containers/{id}/archive`.
    ///
    /// - Parameter directory: absolute and existing.
    public func copyIn(_ id: String, directory: String, tar: [UInt8]) async throws(DockerError) {
        var call = try archive("PUT", id, directory)
        call.body = .bytes(tar)
        try await status(call)
    }

    /// The same from a stream: memory stays bounded.
    public func copyIn(_ id: String, directory: String, tar: ByteStream) async throws(DockerError) {
        var call = try archive("PUT", id, directory)
        call.body = .stream(tar)
        try await status(call)
    }

    /// A file or directory of a container as a tar archive, in pieces.
    ///
    /// Maps to `GET /containers/{id}/archive`.
    public func copyOut(_ id: String, path: String) async throws(DockerError) -> HTTPBody {
        try await send(archive("GET", id, path)).body
    }

    /// A file or directory of a container, taken apart; its own name begins every entry's path.
    ///
    /// - Parameter limit: bytes of the whole archive.
    public func copyOutEntries(_ id: String, path: String, limit: Int = 64 << 20) async throws(DockerError) -> [TarEntry] {
        let body = try await copyOut(id, path: path)
        return try TarReader.entries(of: try await body.collect(limit: limit))
    }

    private func archive(_ method: String, _ id: String, _ path: String) throws(DockerError) -> EngineCall {
        var call = EngineCall(method, try container(id, "/archive"))
        call.query = [("path", path)]
        if method == "PUT" { call.headers = [("Content-Type", "application/x-tar")] }
        call.patience = .none
        return call
    }
}
