// Properties of what goes over the wire have the wire's spelling.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// What is built, apart from the context.
public struct BuildOptions: Sendable, Equatable {
    /// Path in the context.
    public var dockerfile = "Dockerfile"
    public var tags: [String] = []
    public var arguments: [String: String] = [:]
    public var labels: [String: String] = [:]
    public var target: String?
    /// Network of the steps that run: a network's name, `none` or `host`; nil takes the engine's default bridge.
    public var network: String?
    public var noCache = false
    /// Pull the base images even when they are there.
    public var pull = false

    public init(tags: [String] = []) {
        self.tags = tags
    }
}

/// A piece of a build's output.
public struct BuildProgress: Sendable, Equatable, Decodable {
    /// What the build printed, with its newlines; empty for the progress of a base image's pull.
    public var text = ""
    public var pull: PullProgress?
    /// The id of the image, near the end.
    public var imageID: String?

    public init() {}

    private struct Aux: Decodable { var ID: String? }

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        text = try root.value("stream", "")
        imageID = try root.optional("aux", Aux.self)?.ID
        if root.contains("status") { pull = try PullProgress(from: decoder) }
    }
}

/// The output of a build while it runs.
///
/// - Throws: `.failedInStream` with the failing step's words.
public struct ImageBuild: AsyncSequence, Sendable {
    public typealias Element = BuildProgress
    public typealias Failure = DockerError

    fileprivate let logins: [RegistryLogin]
    fileprivate let body: HTTPBody

    public func makeAsyncIterator() -> Iterator {
        Iterator(endpoint: body.lease.exchange.request.endpoint, logins: logins, lines: JSONLines(body: body))
    }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let endpoint: String
        fileprivate let logins: [RegistryLogin]
        fileprivate var lines: JSONLines<ProgressLine<BuildProgress>>
        private var built = false

        fileprivate init(endpoint: String, logins: [RegistryLogin], lines: JSONLines<ProgressLine<BuildProgress>>) {
            self.endpoint = endpoint
            self.logins = logins
            self.lines = lines
        }

        public mutating func next() async throws(DockerError) -> BuildProgress? {
            try await next(isolation: nil)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(DockerError) -> BuildProgress? {
            guard let line = try await lines.next() else {
                guard built else {
                    throw DockerError(.truncated, endpoint: endpoint, message: "the build's output ended without an image id")
                }
                return nil
            }
            if let failure = line.failure {
                throw DockerError(.failedInStream, endpoint: endpoint, message: failure).masking(logins)
            }
            if line.value.imageID != nil || line.value.text.hasPrefix("Successfully built ") { built = true }
            return line.value
        }
    }
}

extension Docker {
    /// Begins to build an image with the engine's classic builder.
    ///
    /// Maps to `POST /build`. Cancelling, or dropping the sequence, ends the build.
    ///
    /// - Parameter context: a tar archive; see `BuildContext`.
    public func buildImage(_ options: BuildOptions, context: ByteStream) async throws(DockerError) -> ImageBuild {
        try await build(options, .stream(context))
    }

    public func buildImage(_ options: BuildOptions, context: [UInt8]) async throws(DockerError) -> ImageBuild {
        try await build(options, .bytes(context))
    }

    private func build(_ options: BuildOptions, _ body: HTTPRequest.Body) async throws(DockerError) -> ImageBuild {
        // A version refused after a streamed context could not be tried again.
        _ = try await apiVersion()
        var call = EngineCall("POST", "/build")
        call.query = [("dockerfile", options.dockerfile), ("rm", "1"), ("forcerm", "1"), ("version", "1")]
        call.query += options.tags.map { ("t", $0) }
        if !options.arguments.isEmpty { call.query.append(("buildargs", json(options.arguments))) }
        if !options.labels.isEmpty { call.query.append(("labels", json(options.labels))) }
        if let target = options.target { call.query.append(("target", target)) }
        if let network = options.network { call.query.append(("networkmode", network)) }
        if options.noCache { call.query.append(("nocache", "1")) }
        if options.pull { call.query.append(("pull", "1")) }
        let logins = await registry.all()
        if !logins.isEmpty { call.headers.append(("X-Registry-Config", Base64.encodeForURL(CanonicalJSON.encode(logins)))) }
        call.headers.append(("Content-Type", "application/x-tar"))
        call.body = body
        call.patience = .none
        do { return ImageBuild(logins: Array(logins.values), body: try await send(call).body) } catch {
            throw error.masking(logins.values)
        }
    }

    private func json(_ values: [String: String]) -> String { String(decoding: CanonicalJSON.encode(values), as: UTF8.self) }
}
