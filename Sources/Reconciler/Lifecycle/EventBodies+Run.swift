/// A command began.
public struct RunStarted: EventBody {
    public static let type = "run.started"
    /// One service as far as later commands need it when the definition is gone.
    public struct Member: Codable, Sendable, Equatable {
        public var name: String
        public var dependencies: [String]
        public var typeName: String
        public var image: String
        /// Where the type stands in the definition, e.g. `Miniboss.swift:24`.
        public var origin: String?
        /// By field, e.g. `env.USER_ID`: the context keys it names. `nil` where none does; older ledgers hold it for no service.
        public var reads: [String: [String]]?
        enum CodingKeys: String, CodingKey {
            case name, dependencies, image, origin, reads
            case typeName = "type_name"
        }
        public init(
            name: String, dependencies: [String], typeName: String, image: String, origin: String? = nil, reads: [String: [String]]? = nil
        ) {
            self.name = name
            self.dependencies = dependencies
            self.typeName = typeName
            self.image = image
            self.origin = origin
            self.reads = reads
        }

        public init(_ service: ServiceSpec, origin: String?) {
            let reads = service.contextReads
            self.init(
                name: service.name, dependencies: service.dependencies, typeName: service.typeName, image: service.image, origin: origin,
                reads: reads.isEmpty ? nil : reads)
        }
    }
    public var command: String
    public var arguments: [String]
    public var group: String
    public var network: String
    /// Hash of the definition's bytes.
    public var definition: String?
    public var definitionPath: String?
    /// Version of the engine; `nil` when it had not answered by then: see `EngineReached`.
    public var engine: String?
    public var engineID: String?
    public var pid: Int
    public var services: [Member]
    /// Those the user left out of this run. What is known of one that runs or failed stays: it has no change of state then.
    public var excluded: [String]?

    enum CodingKeys: String, CodingKey {
        case command, arguments, group, network, definition, engine, pid, services, excluded
        case definitionPath = "definition_path"
        case engineID = "engine_id"
    }

    public init(
        command: String, arguments: [String], group: String, network: String, definition: String?, definitionPath: String?,
        engine: String?, engineID: String?, pid: Int, services: [Member], excluded: [String]? = nil
    ) {
        self.command = command
        self.arguments = arguments
        self.group = group
        self.network = network
        self.definition = definition
        self.definitionPath = definitionPath
        self.engine = engine
        self.engineID = engineID
        self.pid = pid
        self.services = services
        self.excluded = excluded
    }
    public var event: Event { .runStarted(self) }

    /// What was typed, to be typed again: `reload web`. Without arguments that would have to be quoted or that are masked.
    public var invocation: String {
        let isPlain = arguments.allSatisfy { argument in
            !argument.isEmpty && argument.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.,/=:".contains($0)) }
        }
        return ([command] + (isPlain ? arguments : [])).joined(separator: " ")
    }
}

/// The engine answered after its run had begun without knowing it.
public struct EngineReached: EventBody {
    public static let type = "engine.reached"
    /// Its version.
    public var engine: String
    public var engineID: String

    enum CodingKeys: String, CodingKey {
        case engine
        case engineID = "engine_id"
    }

    public init(engine: String, engineID: String) {
        self.engine = engine
        self.engineID = engineID
    }
    public var event: Event { .engineReached(self) }
}

/// The user asked for the end of a run, which then settles what is under way.
public struct RunInterrupted: EventBody {
    public static let type = "run.interrupted"
    /// `SIGINT`, `SIGTERM` or `SIGHUP`.
    public var signal: String

    public init(signal: String) { self.signal = signal }
    public var event: Event { .runInterrupted(self) }
}

/// How a run ended. Stored in the ledger as text.
public enum RunOutcome: String, Codable, Sendable {
    case succeeded, failed, interrupted, crashed
}

/// A command ended, or a later one found that it had been killed.
public struct RunFinished: EventBody {
    public static let type = "run.finished"
    public var outcome: RunOutcome
    /// What went wrong besides services, e.g. a hook of the group.
    public var error: String?
    /// What the user was told to do about it.
    public var next: String?
    /// The run that closed this one, when it could not do so itself.
    public var settledBy: Int?
    /// The signal that interrupted it.
    public var signal: String?
    /// Of a run that did not succeed: the services whose container ran at its end, in an old container say. `nil` where nobody
    /// could look.
    public var running: [String]?

    enum CodingKeys: String, CodingKey {
        case outcome, error, next, signal, running
        case settledBy = "settled_by"
    }

    public init(
        outcome: RunOutcome, error: String? = nil, next: String? = nil, settledBy: Int? = nil, signal: String? = nil,
        running: [String]? = nil
    ) {
        self.outcome = outcome
        self.next = next
        self.running = running
        self.error = error
        self.settledBy = settledBy
        self.signal = signal
    }
    public var event: Event { .runFinished(self) }
}

/// A remark worth keeping that moves nothing: an orphan found, a dropped write, a recovery's finding.
public struct NoteTaken: EventBody {
    public static let type = "note.taken"
    public var text: String

    public init(text: String) { self.text = text }
    public var event: Event { .noteTaken(self) }

    /// Of a failed service whose container was not taken away, since what it wrote is nowhere else.
    public static func unreadLog(of service: String) -> String {
        "its container is kept, since its log could not be read: `miniboss logs \(service)` tries again"
    }
}

/// The ledger before this one could not be used and was put away whole; this one goes on from what was still known.
public struct LedgerSetAside: EventBody {
    public static let type = "ledger.set_aside"
    /// Where its files are.
    public var directory: String
    /// What was wrong with it.
    public var reason: String
    /// The last event that could be read and was a good link of the chain; `nil` when there was none.
    public var lastSeq: Int?
    /// That event's hash, in hexadecimal.
    public var lastHash: String?
    public var network: String?
    /// The members of the group, as far as they were still known.
    public var services: [RunStarted.Member]

    enum CodingKeys: String, CodingKey {
        case directory, reason, network, services
        case lastSeq = "last_seq"
        case lastHash = "last_hash"
    }

    public init(
        directory: String, reason: String, lastSeq: Int?, lastHash: String?, network: String?, services: [RunStarted.Member]
    ) {
        self.directory = directory
        self.reason = reason
        self.lastSeq = lastSeq
        self.lastHash = lastHash
        self.network = network
        self.services = services
    }
    public var event: Event { .ledgerSetAside(self) }
}
