/// Answer of `/_ping`.
public struct EnginePing: Sendable, Equatable {
    /// The newest version the engine speaks.
    public var apiVersion: APIVersion
    public var isPodman: Bool
}

/// The parts of `GET /info` worth knowing.
public struct EngineInfo: Sendable, Equatable, Decodable {
    /// Stays the same over restarts: tells one engine from another.
    public var id = ""
    public var name = ""
    public var serverVersion = ""
    /// The engine's clock, RFC 3339.
    public var systemTime = ""
    public var operatingSystem = ""
    public var architecture = ""
    public var containers = 0
    public var images = 0
    public var memory = 0
    public var processors = 0
    public var warnings: [String] = []

    public init() {}

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        id = try root.value("ID", "")
        name = try root.value("Name", "")
        serverVersion = try root.value("ServerVersion", "")
        systemTime = try root.value("SystemTime", "")
        operatingSystem = try root.value("OperatingSystem", "")
        architecture = try root.value("Architecture", "")
        containers = try root.value("Containers", 0)
        images = try root.value("Images", 0)
        memory = try root.value("MemTotal", 0)
        processors = try root.value("NCPU", 0)
        warnings = try root.value("Warnings", [])
    }
}
