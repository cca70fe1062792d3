/// A container as `GET /containers/{id}/json` shows it.
public struct ContainerInspect: Sendable, Equatable, Decodable {
    public var id = ""
    /// Without the leading slash.
    public var name = ""
    /// Id of the image: `sha256:…`.
    public var imageID = ""
    /// RFC 3339.
    public var created = ""
    public var config = ImageConfig()
    public var state = ContainerState()
    public var mounts: [ContainerMount] = []
    public var networks: [String: ContainerNetwork] = [:]
    /// Published ports by `8080/tcp`; an exposed port that is not published has no bindings.
    public var ports: [String: [HostBinding]] = [:]
    /// The bindings that were asked for; `hostPort` is empty where the engine chose.
    public var portBindings: [String: [HostBinding]] = [:]
    public var networkMode = ""
    public var binds: [String] = []

    public init() {}

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        id = try root.value("Id", "")
        let fullName = try root.value("Name", "")
        name = fullName.hasPrefix("/") ? String(fullName.dropFirst()) : fullName
        imageID = try root.value("Image", "")
        created = try root.value("Created", "")
        config = try root.value("Config", ImageConfig())
        state = try root.value("State", ContainerState())
        mounts = try root.value("Mounts", [])
        if let settings = try? root.nestedContainer(keyedBy: EngineKey.self, forKey: "NetworkSettings") {
            networks = try settings.value("Networks", [String: ContainerNetwork?]()).compactMapValues { $0 }
            ports = try settings.value("Ports", [String: [HostBinding]?]()).mapValues { $0 ?? [] }
        }
        if let host = try? root.nestedContainer(keyedBy: EngineKey.self, forKey: "HostConfig") {
            portBindings = try host.value("PortBindings", [String: [HostBinding]?]()).mapValues { $0 ?? [] }
            networkMode = try host.value("NetworkMode", "")
            binds = try host.value("Binds", [])
        }
    }

    /// The part of the answer that tells of the process.
    struct StateOnly: Decodable {
        let state: ContainerState

        init(from decoder: any Decoder) throws {
            state = try decoder.container(keyedBy: EngineKey.self).value("State", ContainerState())
        }
    }

    /// The host port a container port is published at; nil while it is not.
    public func hostPort(_ containerPort: Int, networkProtocol: String = "tcp") -> Int? {
        ports["\(containerPort)/\(networkProtocol)"]?.lazy.compactMap { Int($0.hostPort) }.first
    }
}

/// One end of a published port.
public struct HostBinding: Sendable, Equatable, Decodable {
    public var hostAddress = ""
    public var hostPort = ""

    public init(hostAddress: String = "", hostPort: String = "") {
        self.hostAddress = hostAddress
        self.hostPort = hostPort
    }

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        hostAddress = try root.value("HostIp", "")
        hostPort = try root.value("HostPort", "")
    }
}

public struct ContainerMount: Sendable, Equatable, Decodable {
    /// `bind`, `volume`, `tmpfs`.
    public var kind = ""
    /// A volume's name; empty for a bind.
    public var name = ""
    public var source = ""
    public var target = ""
    public var writable = true

    public init() {}

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        kind = try root.value("Type", "")
        name = try root.value("Name", "")
        source = try root.value("Source", "")
        target = try root.value("Destination", "")
        writable = try root.value("RW", true)
    }
}

public struct ContainerNetwork: Sendable, Equatable, Decodable {
    public var networkID = ""
    public var aliases: [String] = []
    public var address = ""
    public var gateway = ""

    public init() {}

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        networkID = try root.value("NetworkID", "")
        aliases = try root.value("Aliases", [])
        address = try root.value("IPAddress", "")
        gateway = try root.value("Gateway", "")
    }
}
