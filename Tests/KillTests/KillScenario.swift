/// A command that is killed, and the group as it stands before.
enum KillScenario: String, CaseIterable, Sendable {
    case firstStart, startAfterChange, stop, stopAndRemove, reload

    var command: [String] {
        switch self {
        case .firstStart, .startAfterChange: ["start"]
        case .stop: ["stop"]
        case .stopAndRemove: ["stop", "--remove"]
        case .reload: ["reload", "app"]
        }
    }

    /// Whether the group is started before.
    var isStarted: Bool { self != .firstStart }

    /// Whether a container is made beside the one it replaces.
    var replaces: Bool { self == .startAfterChange || self == .reload }

    /// What the user changes between that start and the command.
    func change(_ place: KillPlace) throws {
        switch self {
        case .startAfterChange: try place.write("Miniboss.swift", KilledGroup.definition(place.group, mode: "two"))
        case .reload: try place.write("source/version", "2")
        case .firstStart, .stop, .stopAndRemove: break
        }
    }
}

/// The group that is killed: `db` writes what `app` reads, `app` is built.
enum KilledGroup {
    static let base = "miniboss-test/busybox:latest"

    static func definition(_ group: String, mode: String) -> String {
        """
        import MinibossKit

        struct Database: Service {
            let name = "db"
            let image = "\(base)"
            let cmd = "sleep 1000"
            let stopSignal = StopSignal.sigkill
            let env = ["MODE": "\(mode)"]
            func postStart(_ container: Container) async throws {
                Context["key"] = try await container.exec("sh", "-c", "echo primed >> /primed; printenv MODE").output.trimmed
            }
        }

        struct Application: Service {
            let name = "app"
            let image = "\(image(group))"
            let cmd = "sleep 1000"
            let stopSignal = StopSignal.sigkill
            let env = ["KEY": "{key}"]
            let dependencies = ["db"]
            let buildFromDirectory = "source/"
        }

        @main struct Group: ServiceGroup {
            let name = "\(group)"
            let services: [any Service] = [Database(), Application()]
        }
        """
    }

    static func image(_ group: String) -> String { "\(group)-app:latest" }

    static func place(_ directory: String, group: String) throws -> KillPlace {
        let place = try KillPlace(directory, group: group)
        try place.write("Miniboss.swift", definition(group, mode: "one"))
        try place.write("source/Dockerfile", "FROM \(base)\nLABEL kill-test=\(group)\nCOPY version /version\n")
        try place.write("source/version", "1")
        return place
    }
}
