/// A line of `GET /containers/json`.
public struct ContainerSummary: Sendable, Equatable, Decodable {
    public var id = ""
    /// All names, without leading slashes.
    public var names: [String] = []
    /// The reference the container was created from.
    public var image = ""
    public var imageID = ""
    public var labels: [String: String] = [:]
    /// As `ContainerState.status`.
    public var state = ""
    /// In words: `Exited (3) 2 minutes ago`.
    public var status = ""
    /// Seconds since 1970.
    public var created = 0
    public var ports: [Port] = []
    public var mounts: [ContainerMount] = []
    /// By name; `nil` where the engine did not list them.
    public var networks: [String: ContainerNetwork]?

    public var name: String { names.first ?? "" }

    public struct Port: Sendable, Equatable, Decodable {
        public var hostAddress = ""
        public var containerPort = 0
        /// nil while exposed only.
        public var hostPort: Int?
        public var networkProtocol = ""

        public init() {}

        public init(from decoder: any Decoder) throws {
            let root = try decoder.container(keyedBy: EngineKey.self)
            hostAddress = try root.value("IP", "")
            containerPort = try root.value("PrivatePort", 0)
            hostPort = try root.optional("PublicPort")
            networkProtocol = try root.value("Type", "")
        }
    }

    public init() {}

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        id = try root.value("Id", "")
        // A name in a link has a second slash: `/other/alias`.
        names = try root.value("Names", [String]()).map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }.filter { !$0.contains("/") }
        image = try root.value("Image", "")
        imageID = try root.value("ImageID", "")
        labels = try root.value("Labels", [:])
        state = try root.value("State", "")
        status = try root.value("Status", "")
        created = try root.value("Created", 0)
        ports = try root.value("Ports", [])
        mounts = try root.value("Mounts", [])
        if let settings = try? root.nestedContainer(keyedBy: EngineKey.self, forKey: "NetworkSettings") {
            networks = try settings.value("Networks", [String: ContainerNetwork?]()).compactMapValues { $0 }
        }
    }
}
