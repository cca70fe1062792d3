/// The run configuration an image or a container carries.
public struct ImageConfig: Sendable, Equatable, Decodable {
    /// The reference a container was created from; empty for images.
    public var image = ""
    /// `KEY=value`.
    public var env: [String] = []
    public var cmd: [String]?
    public var entrypoint: [String]?
    public var user = ""
    public var labels: [String: String] = [:]
    /// Empty means `SIGTERM`.
    public var stopSignal = ""
    public var workingDirectory = ""
    public var hostname = ""
    public var tty = false
    public var exposedPorts: [String] = []
    /// Where a container of the image gets a volume of its own, unless it is given another.
    public var volumes: [String] = []

    public init() {}

    private struct Ignored: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        image = try root.value("Image", "")
        env = try root.value("Env", [])
        cmd = try root.optional("Cmd")
        entrypoint = try root.optional("Entrypoint")
        user = try root.value("User", "")
        labels = try root.value("Labels", [:])
        stopSignal = try root.value("StopSignal", "")
        workingDirectory = try root.value("WorkingDir", "")
        hostname = try root.value("Hostname", "")
        tty = try root.value("Tty", false)
        exposedPorts = try root.value("ExposedPorts", [String: Ignored]()).keys.sorted()
        volumes = try root.value("Volumes", [String: Ignored]()).keys.sorted()
    }
}

/// An image as `GET /images/{name}/json` shows it.
public struct ImageInspect: Sendable, Equatable, Decodable {
    /// `sha256:…`
    public var id = ""
    public var repoTags: [String] = []
    public var repoDigests: [String] = []
    /// RFC 3339.
    public var created = ""
    public var architecture = ""
    public var operatingSystem = ""
    /// In bytes.
    public var size = 0
    public var config = ImageConfig()

    public init() {}

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        id = try root.value("Id", "")
        repoTags = try root.value("RepoTags", [])
        repoDigests = try root.value("RepoDigests", [])
        created = try root.value("Created", "")
        architecture = try root.value("Architecture", "")
        operatingSystem = try root.value("Os", "")
        size = try root.value("Size", 0)
        config = try root.value("Config", ImageConfig())
    }
}

/// A line of `GET /images/json`.
public struct ImageSummary: Sendable, Equatable, Decodable {
    public var id = ""
    public var repoTags: [String] = []
    public var repoDigests: [String] = []
    public var labels: [String: String] = [:]
    /// Seconds since 1970.
    public var created = 0
    public var size = 0

    public init() {}

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        id = try root.value("Id", "")
        repoTags = try root.value("RepoTags", [])
        repoDigests = try root.value("RepoDigests", [])
        labels = try root.value("Labels", [:])
        created = try root.value("Created", 0)
        size = try root.value("Size", 0)
    }
}
