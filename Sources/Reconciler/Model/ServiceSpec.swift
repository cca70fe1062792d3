/// One service as the user defined it: plain values, templates not yet resolved.
public struct ServiceSpec: Sendable, Equatable, Codable {
    /// Unique in its group; an RFC 1123 label; the container answers to it on the group's network.
    public var name: String
    /// Reference of the container image, e.g. `postgres:15`.
    public var image: String
    /// Names of the services that must be running first.
    public var dependencies: [String]
    public var env: [String: EnvironmentValue]
    public var ports: [PortMapping]
    public var volumes: [VolumeMount]
    /// `nil` keeps the image's own.
    public var entrypoint: [String]?
    public var command: [String]?
    public var user: String?
    /// Make a new container at every start.
    public var alwaysStartNew: Bool
    public var stopSignal: StopSignal
    public var build: BuildSource?
    /// The codes a one-shot may end with; none for a service that keeps running.
    public var expectedExits: Set<Int>
    /// The Swift type that defined the service, for messages: `Database`.
    public var typeName: String

    public init(
        name: String, image: String, dependencies: [String] = [], env: [String: EnvironmentValue] = [:],
        ports: [PortMapping] = [], volumes: [VolumeMount] = [], entrypoint: [String]? = nil, command: [String]? = nil,
        user: String? = nil, alwaysStartNew: Bool = false, stopSignal: StopSignal = .sigterm, build: BuildSource? = nil,
        expectedExits: Set<Int> = [], typeName: String = ""
    ) {
        self.name = name
        self.image = image
        self.dependencies = dependencies
        self.env = env
        self.ports = ports.sorted()
        self.volumes = volumes
        self.entrypoint = entrypoint
        self.command = command
        self.user = user
        self.alwaysStartNew = alwaysStartNew
        self.stopSignal = stopSignal
        self.build = build
        self.expectedExits = expectedExits
        self.typeName = typeName
    }

    /// Whether it is meant to end.
    public var isOneShot: Bool { !expectedExits.isEmpty }

    /// Whether it is a one-shot that has ended as it should.
    public func isDone(exitCode: Int?) -> Bool { exitCode.map(expectedExits.contains) ?? false }
}

/// The value of an environment variable, and whether it may be shown.
public struct EnvironmentValue: Sendable, Equatable, Codable, ExpressibleByStringLiteral {
    public var text: String
    public var isSecret: Bool

    public init(_ text: String, isSecret: Bool = false) {
        self.text = text
        self.isSecret = isSecret
    }

    public init(stringLiteral text: String) { self.init(text) }

    /// What may be shown, logged and stored.
    public var shown: String { isSecret ? Self.mask : text }

    /// What stands in place of every secret.
    public static let mask = "******"
}

/// One container port reachable on the host.
public struct PortMapping: Sendable, Hashable, Codable, Comparable {
    /// 1-65535.
    public var container: Int
    /// 1-65535, or 0 for a free one.
    public var host: Int

    public init(container: Int, host: Int) {
        self.container = container
        self.host = host
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.container, left.host) < (right.container, right.host)
    }
}

/// A directory or named volume and the place where the container sees it.
public struct VolumeMount: Sendable, Hashable, Codable {
    public enum Source: Sendable, Hashable, Codable {
        /// A path of the host; absolute once lowered.
        case directory(String)
        case named(String)
    }

    public var source: Source
    /// Absolute path inside the container.
    public var target: String
    public var readOnly: Bool

    public init(source: Source, target: String, readOnly: Bool = false) {
        self.source = source
        self.target = target
        self.readOnly = readOnly
    }

    /// The source as text: a path or a volume's name.
    public var sourceText: String {
        switch source {
        case .directory(let path): path
        case .named(let name): name
        }
    }

    /// `source:target:rw`, the form in which mounts are compared and shown.
    public var text: String { "\(sourceText):\(target):\(readOnly ? "ro" : "rw")" }
}

/// The signals a service may be stopped with.
public enum StopSignal: String, Sendable, Equatable, Codable, CaseIterable {
    case sigterm = "SIGTERM"
    case sigint = "SIGINT"
    case sigkill = "SIGKILL"
    case sigquit = "SIGQUIT"
}

/// Where a service's image is built from.
public struct BuildSource: Sendable, Equatable, Codable {
    /// Absolute path of the build context.
    public var directory: String
    /// Path of the Dockerfile inside the context.
    public var dockerfile: String

    public init(directory: String, dockerfile: String = "Dockerfile") {
        self.directory = directory
        self.dockerfile = dockerfile
    }
}
