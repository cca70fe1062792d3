/// An engine call is about to be made: committed before it, so that a killed process leaves a trace of what it meant.
public struct StepIntended: EventBody {
    public static let type = "step.intended"
    public var step: StepKind
    public var cause: String
    /// What it is done to: a container's id or name, an image, a network.
    public var target: String
    /// For `create_container`: what is being created, secrets masked.
    public var spec: SpecSummary?

    public init(step: StepKind, cause: String, target: String, spec: SpecSummary? = nil) {
        self.step = step
        self.cause = cause
        self.target = target
        self.spec = spec
    }
    public var event: Event { .stepIntended(self) }
}

/// A resolved service as it may be shown and kept: secrets masked, names of secret keys known.
public struct SpecSummary: Codable, Sendable, Equatable {
    public var image: String
    public var imageID: String?
    public var env: [String: String]
    public var secretKeys: [String]
    /// By secret variable a keyed hash, which tells that it is another than before and nothing else.
    public var secretMarks: [String: String]?
    public var ports: [String]
    public var volumes: [String]
    public var entrypoint: [String]?
    public var command: [String]?
    public var user: String?
    public var stopSignal: String
    public var network: String

    enum CodingKeys: String, CodingKey {
        case image, env, ports, volumes, entrypoint, user, network
        case imageID = "image_id"
        case secretKeys = "secret_keys"
        case secretMarks = "secret_marks"
        case command = "cmd"
        case stopSignal = "stop_signal"
    }

    public init(_ spec: ServiceSpec, imageID: String?, network: String, secretMarks: [String: String]? = nil) {
        image = spec.image
        self.imageID = imageID
        env = spec.env.mapValues(\.shown)
        secretKeys = spec.env.filter(\.value.isSecret).keys.sorted()
        self.secretMarks = secretMarks
        ports = spec.ports.map { "\($0.container):\($0.host)" }
        volumes = spec.volumes.map(\.text)
        entrypoint = spec.entrypoint
        command = spec.command
        user = spec.user
        stopSignal = spec.stopSignal.rawValue
        self.network = network
    }
}

/// The engine did it.
public struct StepSucceeded: EventBody {
    public static let type = "step.succeeded"
    public var step: StepKind
    public var target: String
    /// What came of it: the container's, image's or network's id.
    public var result: String?
    public var seconds: Double
    /// How it was found out when the reply had been lost: `adopted`.
    public var resolved: String?

    public init(step: StepKind, target: String, result: String?, seconds: Double, resolved: String? = nil) {
        self.step = step
        self.target = target
        self.result = result
        self.seconds = seconds
        self.resolved = resolved
    }
    public var event: Event { .stepSucceeded(self) }
}

/// The engine refused, in its own words.
public struct StepFailed: EventBody {
    public static let type = "step.failed"
    public var step: StepKind
    public var target: String
    public var error: String
    public var status: Int?
    public var seconds: Double
    /// How it was found out when the reply had been lost: `absent` or `foreign`.
    public var resolved: String?

    public init(step: StepKind, target: String, error: String, status: Int?, seconds: Double, resolved: String? = nil) {
        self.step = step
        self.target = target
        self.error = error
        self.status = status
        self.seconds = seconds
        self.resolved = resolved
    }
    public var event: Event { .stepFailed(self) }
}

/// The reply was lost: whether it was done is found out by looking for the operation's label.
public struct StepUnknown: EventBody {
    public static let type = "step.unknown"
    public var step: StepKind
    public var target: String
    public var error: String
    /// `unknown` where it left nothing by which it could be found out, and nobody looks any more; `nil` while somebody will.
    public var resolved: String?

    public init(step: StepKind, target: String, error: String, resolved: String? = nil) {
        self.step = step
        self.target = target
        self.error = error
        self.resolved = resolved
    }
    public var event: Event { .stepUnknown(self) }
}
