// Properties of what goes over the wire have the wire's spelling.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// What a container is made of: the body of `POST /containers/create`.
///
/// nil for `entrypoint` takes the image's own, an empty array clears it. An own entrypoint clears the image's `cmd` too
/// (moby, daemon/commit.go, merge).
public struct ContainerConfig: Sendable, Equatable, Encodable {
    public struct Mount: Sendable, Equatable {
        public enum Kind: String, Sendable { case bind, volume, tmpfs }

        public var kind: Kind
        /// A host directory (absolute), or a volume's name.
        public var source: String
        /// Absolute path in the container.
        public var target: String
        public var readOnly: Bool

        public init(kind: Kind, source: String, target: String, readOnly: Bool = false) {
            self.kind = kind
            self.source = source
            self.target = target
            self.readOnly = readOnly
        }
    }

    public struct PortBinding: Sendable, Hashable {
        /// 1 to 65535.
        public var containerPort: Int
        /// 0 lets the engine choose.
        public var hostPort: Int
        /// Empty binds all addresses.
        public var hostAddress: String
        /// `tcp`, `udp` or `sctp`.
        public var networkProtocol: String

        public init(containerPort: Int, hostPort: Int, hostAddress: String = "", networkProtocol: String = "tcp") {
            self.containerPort = containerPort
            self.hostPort = hostPort
            self.hostAddress = hostAddress
            self.networkProtocol = networkProtocol
        }
    }

    public var image: String
    /// `KEY=value`, in this order.
    public var env: [String] = []
    public var cmd: [String]?
    public var entrypoint: [String]?
    public var user: String?
    public var labels: [String: String] = [:]
    /// `SIGTERM`, `SIGINT`, …; nil takes the image's own.
    public var stopSignal: String?
    /// `8080` exposes `8080/tcp`; the ports of `portBindings` are exposed too.
    public var exposedPorts: [Int] = []
    public var portBindings: [PortBinding] = []
    public var mounts: [Mount] = []
    /// Name or id of the one network; nil takes the engine's default bridge.
    public var network: String?
    /// Further names of the container on `network`.
    public var aliases: [String] = []
    public var hostname: String?
    public var workingDirectory: String?
    public var tty = false
    public var openStdin = false

    public init(image: String) {
        self.image = image
    }

    private struct Empty: Encodable {}
    private struct Binding: Encodable {
        var HostIp: String
        var HostPort: String
    }
    private struct WireMount: Encodable {
        var `Type`: String
        var Source: String
        var Target: String
        var ReadOnly: Bool
    }
    private struct HostConfig: Encodable {
        var PortBindings: [String: [Binding]]
        var Mounts: [WireMount]
        var NetworkMode: String?
    }
    private struct Endpoint: Encodable { var Aliases: [String] }
    private struct Networking: Encodable { var EndpointsConfig: [String: Endpoint] }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: EngineKey.self)
        try container.encode(image, forKey: "Image")
        try container.encode(env, forKey: "Env")
        try container.encodeIfPresent(cmd, forKey: "Cmd")
        try container.encodeIfPresent(entrypoint, forKey: "Entrypoint")
        try container.encodeIfPresent(user, forKey: "User")
        try container.encode(labels, forKey: "Labels")
        try container.encodeIfPresent(stopSignal, forKey: "StopSignal")
        try container.encodeIfPresent(hostname, forKey: "Hostname")
        try container.encodeIfPresent(workingDirectory, forKey: "WorkingDir")
        try container.encode(tty, forKey: "Tty")
        try container.encode(openStdin, forKey: "OpenStdin")
        if openStdin { try container.encode(true, forKey: "StdinOnce") }
        let bindings = Dictionary(grouping: portBindings) { "\($0.containerPort)/\($0.networkProtocol)" }
        let exposed = Set(exposedPorts.map { "\($0)/tcp" }).union(bindings.keys)
        try container.encode(Dictionary(uniqueKeysWithValues: exposed.map { ($0, Empty()) }), forKey: "ExposedPorts")
        let host = HostConfig(
            PortBindings: bindings.mapValues {
                $0.map { Binding(HostIp: $0.hostAddress, HostPort: $0.hostPort == 0 ? "" : "\($0.hostPort)") }
            },
            Mounts: mounts.map { WireMount(Type: $0.kind.rawValue, Source: $0.source, Target: $0.target, ReadOnly: $0.readOnly) },
            NetworkMode: network)
        try container.encode(host, forKey: "HostConfig")
        if let network {
            try container.encode(Networking(EndpointsConfig: [network: Endpoint(Aliases: aliases)]), forKey: "NetworkingConfig")
        }
    }
}
