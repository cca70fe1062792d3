import FoundationEssentials

/// Who works on a group. It is only a message: the lock is the kernel's, and free the moment its holder dies.
public struct LockHolder: Sendable, Equatable, Codable {
    public let pid: Int
    /// The command, such as `start`.
    public let command: String
    /// RFC 3339 in UTC.
    public let startedAt: String

    public init(pid: Int, command: String, startedAt: String) {
        self.pid = pid
        self.command = command
        self.startedAt = startedAt
    }

    private enum CodingKeys: String, CodingKey {
        case pid, command
        case startedAt = "started_at"
    }
}

extension LockHolder {
    /// What the lock file holds; `nil` when it is empty or damaged.
    init?(json: [UInt8]) {
        guard let holder = try? JSONDecoder().decode(LockHolder.self, from: Data(json)) else { return nil }
        self = holder
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Two strings and a number always encode; without them the lock would still hold.
        return (try? encoder.encode(self)).map(Array.init) ?? []
    }
}
