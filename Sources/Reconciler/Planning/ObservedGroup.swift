/// What the engine holds for a group at one moment, as far as planning needs it.
public struct ObservedGroup: Sendable, Equatable {
    /// Containers with the group's label, one-offs left out.
    public var containers: [ObservedContainer]
    /// Containers of `run`; whoever holds the group's lock knows that their own run is over.
    public var oneOffs: [ObservedContainer] = []
    public var networkExists: Bool
    /// Whether several networks of the group have its name.
    public var hasTwinNetworks = false
    /// Other networks that were made for the group, when it was started on another one; only a stop asks for them.
    public var formerNetworks: [String] = []
    /// Image ids by reference in the form `ImageReference.description`.
    public var images: [String: String]

    public init(containers: [ObservedContainer] = [], networkExists: Bool = false, images: [String: String] = [:]) {
        self.containers = containers
        self.networkExists = networkExists
        self.images = images
    }

    /// All containers under their services, for those who ask about each service.
    public var containersByService: [String: [ObservedContainer]] { Dictionary(grouping: containers, by: \.service) }

    /// The containers whose end no run brought about or told of: they died between runs, or while their run was killed.
    ///
    /// - Parameter expected: a one-shot that is done is none of them.
    public func endedUnseen(_ history: GroupState, expected: GroupSpec) -> Set<String> {
        let ended = containers.filter { container in
            guard [.exited, .dead].contains(container.status) else { return false }
            if expected[container.service]?.isDone(exitCode: container.exitCode) == true { return false }
            let known = history[container.service]
            guard known.containerID == container.id else { return true }
            return switch known.phase {
            case .stopping, .stopped, .removing: false
            case .failed: known.failure?.exitCode == nil
            default: true
            }
        }
        return Set(ended.map(\.id))
    }

    /// The services that run and are not among the defined ones any more, each once.
    public func former(besides defined: Set<String>) -> [String] {
        var seen = defined
        return containers.filter { $0.status == .running && seen.insert($0.service).inserted }.map(\.service)
    }
}

/// One container of the group.
public struct ObservedContainer: Sendable, Equatable {
    /// The engine's own states.
    public enum Status: String, Sendable, CaseIterable {
        case created, running, paused, restarting, removing, exited, dead

        /// The engine removes no container in this state unless it is forced to.
        var mustBeStopped: Bool { [.running, .paused, .restarting].contains(self) }
    }

    public var id: String
    public var name: String
    public var service: String
    public var status: Status
    /// Exit code of an exited container.
    public var exitCode: Int?
    public var imageID: String
    /// Number of the run that made it, from its label.
    public var run: Int?
    /// Fingerprint of the spec it was made from, from its label.
    public var fingerprint: String?
    /// Unix seconds.
    public var createdAt: Int
    public var networks: [String]
    /// Host ports as published now.
    public var ports: [PortMapping]
    /// The volumes that no definition names, by where its image keeps data in them.
    public var unnamedVolumes: [String: String] = [:]
    /// Its configuration; `nil` while nobody had to look, since the fingerprint matched.
    public var configuration: ObservedConfiguration?

    public init(
        id: String, name: String, service: String, status: Status, exitCode: Int? = nil, imageID: String = "", run: Int? = nil,
        fingerprint: String? = nil, createdAt: Int = 0, networks: [String] = [], ports: [PortMapping] = [],
        configuration: ObservedConfiguration? = nil
    ) {
        self.id = id
        self.name = name
        self.service = service
        self.status = status
        self.exitCode = exitCode
        self.imageID = imageID
        self.run = run
        self.fingerprint = fingerprint
        self.createdAt = createdAt
        self.networks = networks
        self.ports = ports
        self.configuration = configuration
    }
}

/// The fields of a container that its definition decides.
public struct ObservedConfiguration: Sendable, Equatable {
    public var image: String
    public var env: [String: String]
    public var ports: [PortMapping]
    /// In the form `VolumeMount.text`.
    public var volumes: [String]
    public var entrypoint: [String]?
    public var command: [String]?
    public var user: String?
    public var stopSignal: String?
    /// What the image itself sets: no difference on its own.
    public var imageDefaults: ImageDefaults

    public init(
        image: String, env: [String: String] = [:], ports: [PortMapping] = [], volumes: [String] = [], entrypoint: [String]? = nil,
        command: [String]? = nil, user: String? = nil, stopSignal: String? = nil, imageDefaults: ImageDefaults = ImageDefaults()
    ) {
        self.image = image
        self.env = env
        self.ports = ports
        self.volumes = volumes
        self.entrypoint = entrypoint
        self.command = command
        self.user = user
        self.stopSignal = stopSignal
        self.imageDefaults = imageDefaults
    }
}

/// What a container gets from its image when its definition is silent.
public struct ImageDefaults: Sendable, Equatable {
    public var env: [String: String]
    public var entrypoint: [String]?
    public var command: [String]?
    public var user: String?

    public init(env: [String: String] = [:], entrypoint: [String]? = nil, command: [String]? = nil, user: String? = nil) {
        self.env = env
        self.entrypoint = entrypoint
        self.command = command
        self.user = user
    }
}
