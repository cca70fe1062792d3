/// A line of a pull's or build's progress.
public struct PullProgress: Sendable, Equatable, Decodable {
    /// `Pulling fs layer`, `Downloading`, `Status: Downloaded newer image for …`
    public var status = ""
    /// The layer, or the tag.
    public var id = ""
    /// Bytes done and to do, when known.
    public var current: Int?
    public var total: Int?

    public init() {}

    private struct Detail: Decodable {
        var current: Int?
        var total: Int?
    }

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        status = try root.value("status", "")
        id = try root.value("id", "")
        let detail = try root.optional("progressDetail", Detail.self)
        current = detail?.current
        total = detail?.total
    }
}

/// A line of a stream that may carry a failure: `{"errorDetail":{"message":"…"},"error":"…"}`.
struct ProgressLine<Value: Decodable & Sendable>: Decodable, Sendable {
    var failure: String?
    var value: Value

    private struct Detail: Decodable { var message: String? }

    init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        failure = try root.optional("errorDetail", Detail.self)?.message ?? root.optional("error")
        value = try Value(from: decoder)
    }
}

/// The progress of a pull. It ends when the image is there.
///
/// - Throws: `.failedInStream` with the registry's words; also when the stream ends well and the image is missing.
public struct ImagePull: AsyncSequence, Sendable {
    public typealias Element = PullProgress
    public typealias Failure = DockerError

    fileprivate let docker: Docker
    fileprivate let reference: PullReference
    fileprivate let login: RegistryLogin?
    fileprivate let body: HTTPBody

    public func makeAsyncIterator() -> Iterator {
        Iterator(
            docker: docker, reference: reference, login: login, endpoint: body.lease.exchange.request.endpoint,
            lines: JSONLines(body: body))
    }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let docker: Docker
        fileprivate let reference: PullReference
        fileprivate let login: RegistryLogin?
        fileprivate let endpoint: String
        fileprivate var lines: JSONLines<ProgressLine<PullProgress>>

        public mutating func next() async throws(DockerError) -> PullProgress? {
            try await next(isolation: nil)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(DockerError) -> PullProgress? {
            if let line = try await lines.next() {
                if let failure = line.failure {
                    throw DockerError(.failedInStream, endpoint: endpoint, message: failure).masking([login].compactMap { $0 })
                }
                return line.value
            }
            // A stream that ends without an error proves nothing: the engine may have gone away in the middle.
            guard try await docker.hasImage(reference.description) else {
                throw DockerError(
                    .failedInStream, endpoint: endpoint, message: "the pull of \(reference) ended, but the engine has no such image")
            }
            return nil
        }
    }

    /// Reads all progress and returns the image.
    public func finish() async throws(DockerError) -> ImageInspect {
        for try await _ in self {}
        return try await docker.inspectImage(reference.description)
    }
}

extension Docker {
    /// Begins to pull an image; without a tag, `latest`.
    ///
    /// Maps to `POST /images/create`.
    ///
    /// - Parameter login: nil takes the one the configuration has for the image's registry, if any.
    /// - Throws: see `isPullDenied`, `isNoSuchImage`, `isRateLimited`.
    public func pullImage(_ name: String, login: RegistryLogin? = nil) async throws(DockerError) -> ImagePull {
        guard let reference = PullReference(name) else { throw DockerError(.badRequest, message: "`\(name)` is no image reference") }
        var call = EngineCall("POST", "/images/create")
        call.query = [("fromImage", reference.repository), ("tag", reference.tagOrDigest)]
        var known = login
        if known == nil { known = try await registry.login(for: reference.registry) }
        if let known { call.headers.append(("X-Registry-Auth", known.header)) }
        // A layer that is unpacked tells of it now and then; a registry that is slow, too.
        call.patience = .quiet(patience * 10)
        do { return ImagePull(docker: self, reference: reference, login: known, body: try await send(call).body) } catch {
            throw error.masking([known].compactMap { $0 })
        }
    }
}
