import FoundationEssentials

/// What a path in a container leads to.
public enum ContainerPathKind: Sendable, Equatable {
    case directory, other
}

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

    /// What is at a path in a container; `nil` when nothing is. Links are followed.
    ///
    /// Maps to `HEAD /containers/{id}/archive`.
    public func pathKind(_ id: String, path: String) async throws(DockerError) -> ContainerPathKind? {
        struct Stat: Decodable {
            var mode: UInt32
            var linkTarget: String?
        }
        let head: HTTPResponseHead
        do { head = try await send(archive("HEAD", id, path)).head } catch {
            if error.isNotFound { return nil }
            throw error
        }
        guard let text = head["X-Docker-Container-Path-Stat"], let bytes = Data(base64Encoded: text),
            let stat = try? JSONDecoder().decode(Stat.self, from: bytes)
        else {
            throw DockerError(
                .protocolViolation, endpoint: "HEAD /containers/\(id)/archive", message: "the answer does not say what is at \(path)")
        }
        // As Go's os.FileMode has them.
        if stat.mode & 1 << 27 != 0, let target = stat.linkTarget, target != path { return try await pathKind(id, path: target) }
        return stat.mode & 1 << 31 != 0 ? .directory : .other
    }

    /// A file or directory of a container as a tar archive, in pieces.
    ///
    /// Maps to `GET /containers/{id}/archive`.
    public func copyOut(_ id: String, path: String) async throws(DockerError) -> HTTPBody {
        try await send(archive("GET", id, path)).body
    }

    /// A file or directory of a container, taken apart; its own name begins every entry's path.
    ///
    /// - Parameter limit: bytes of the whole archive, which is in memory.
    /// - Throws: `.badRequest` beyond the limit.
    public func copyOutEntries(_ id: String, path: String, limit: Int = 1 << 30) async throws(DockerError) -> [TarEntry] {
        let excess = DockerError(
            .badRequest, endpoint: "GET /containers/\(id)/archive",
            message: "\(path) is larger than \(limit >> 20) MiB, more than is copied at once")
        let archive = try await copyOut(id, path: path).collect(limit: limit, excess: excess)
        return try TarReader.entries(of: archive)
    }

    private func archive(_ method: String, _ id: String, _ path: String) throws(DockerError) -> EngineCall {
        var call = EngineCall(method, try container(id, "/archive"))
        call.query = [("path", path)]
        if method == "PUT" {
            call.headers = [("Content-Type", "application/x-tar")]
            // Else the engine removes a directory, with all that is mounted below it, where a file comes.
            call.query.append(("noOverwriteDirNonDir", "1"))
        }
        call.patience = .quiet(patience * 10)
        return call
    }
}
