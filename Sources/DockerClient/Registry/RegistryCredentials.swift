/// A login for one registry, as `X-Registry-Auth` carries it.
public struct RegistryLogin: Sendable, Equatable, Encodable {
    public var username: String?
    public var password: String?
    public var identitytoken: String?
    public var serveraddress: String

    public init(username: String?, password: String?, identitytoken: String? = nil, serveraddress: String) {
        self.username = username
        self.password = password
        self.identitytoken = identitytoken
        self.serveraddress = serveraddress
    }

    /// JSON in the URL-safe alphabet with padding; the engine ignores what it cannot decode.
    var header: String { Base64.encodeForURL(CanonicalJSON.encode(self)) }
}

/// The logins of `~/.docker/config.json` and its credential helpers.
public struct RegistryCredentials: Sendable {
    private let config: DockerConfig
    /// What is wrong with `config.json`; it concerns only those who need a login.
    private let problem: DockerError?
    private let environment: [String: String]

    /// No login for any registry.
    public static let none = RegistryCredentials(config: DockerConfig(), environment: [:])

    init(config: DockerConfig, environment: [String: String]) {
        self.config = config
        problem = nil
        self.environment = environment
    }

    public init(environment: [String: String]) {
        var problem: DockerError?
        var config = DockerConfig()
        do throws(DockerError) { config = try DockerConfig.read(folder: DockerConfig.folder(environment: environment)) } catch {
            problem = error
        }
        self.config = config
        self.problem = problem
        self.environment = environment
    }

    /// The login for a registry; nil means anonymous.
    ///
    /// Looks in `credHelpers`, then `credsStore`, then `auths`, as docker/cli does. A helper that says "credentials not
    /// found" means anonymous and is not an error.
    ///
    /// - Parameter registry: host as in an image reference; `docker.io` for the Hub.
    /// - Throws: `.badRequest` when `config.json` is no JSON, or a helper is missing, fails or answers nonsense; never with what it
    ///   printed.
    public func login(for registry: String) async throws(DockerError) -> RegistryLogin? {
        if let problem { throw problem }
        let server = Self.serverAddress(registry)
        if let helper = config.credHelpers?[server] ?? config.credHelpers?[registry] ?? config.credsStore, !helper.isEmpty {
            return try await CredentialHelper(name: helper, environment: environment).login(for: server)
        }
        let keys = [server, registry, "https://\(registry)", "https://\(registry)/v1/", "https://\(registry)/v2/"]
        for key in keys {
            if let login = config.auths?[key] { return Self.login(login, server: server) }
        }
        return nil
    }

    /// Every login that is written in the file or known to a named helper, for `X-Registry-Config` of a build.
    ///
    /// A helper that fails leaves its registry out: most builds need none of them.
    func all() async -> [String: RegistryLogin] {
        let servers = Set((config.auths ?? [:]).keys).union((config.credHelpers ?? [:]).keys)
        // Side by side: one helper that hangs costs its own patience, not that of all.
        return await withTaskGroup(of: (String, RegistryLogin?).self) { tasks in
            for server in servers { tasks.addTask { (server, try? await login(for: server)) } }
            return await tasks.reduce(into: [:]) { all, found in all[found.0] = found.1 }
        }
    }

    private static func serverAddress(_ registry: String) -> String {
        ["docker.io", "index.docker.io", "registry-1.docker.io"].contains(registry) ? "https://index.docker.io/v1/" : registry
    }

    private static func login(_ login: DockerConfig.Login, server: String) -> RegistryLogin? {
        if let token = login.identitytoken, !token.isEmpty {
            return RegistryLogin(username: nil, password: nil, identitytoken: token, serveraddress: server)
        }
        if let auth = login.auth, let bytes = Base64.decode(auth) {
            let text = String(decoding: bytes, as: UTF8.self)
            guard let colon = text.firstIndex(of: ":") else { return nil }
            let password = text[text.index(after: colon)...].filter { $0 != "\0" }
            return RegistryLogin(username: String(text[..<colon]), password: password, serveraddress: server)
        }
        guard let name = login.username, let password = login.password else { return nil }
        return RegistryLogin(username: name, password: password, serveraddress: server)
    }
}
