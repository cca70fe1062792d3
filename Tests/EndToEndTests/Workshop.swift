import DockerClient
import FoundationEssentials
import Glibc
import Testing

/// A directory with one definition, and the real `miniboss` to run in it against a real engine.
struct Workshop {
    let directory: String
    let group: String
    let program: String

    /// - Throws: when the program or the engine is not named; such a test fails, it is not skipped.
    init(_ services: String, list: String, groupHooks: String = "") throws {
        program = try #require(environment("MINIBOSS_BIN"), "MINIBOSS_BIN names the program under test")
        group = "e2e-" + String(UInt32.random(in: .min ... .max), radix: 36)
        directory = "/tmp/\(group)"
        try #require(mkdir(directory, 0o700) == 0)
        try write(
            "Miniboss.swift",
            """
            import MinibossKit
            let testImage = "\(environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest")"
            \(services)
            @main struct Group: ServiceGroup {
                let name = "\(group)"
                let services: [any Service] = [\(list)]
                \(groupHooks)
            }
            """)
    }

    func write(_ name: String, _ text: String) throws {
        let file = try #require(fopen("\(directory)/\(name)", "we"))
        defer { fclose(file) }
        try #require(fputs(text, file) >= 0)
    }

    func remove(_ name: String) throws { try #require(unlink("\(directory)/\(name)") == 0) }

    func read(_ name: String) throws -> String { try fileText("\(directory)/\(name)") }

    /// Runs a command and waits for it; output and errors go through files, so no pipe can fill up.
    @discardableResult
    func miniboss(_ arguments: String..., variables: [String: String] = [:]) throws -> Finished {
        try launch(arguments, variables: variables).wait()
    }

    func decoded<Value: Decodable>(_ finished: Finished, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(finished.output.utf8))
    }

    /// The container of a service as the engine sees it; `nil` when there is none.
    func container(_ service: String) async throws -> ContainerInspect? {
        let docker = try Docker(environment: ProcessInfo.processInfo.environment)
        let found = try await docker.listContainers(
            all: true, labels: ["io.miniboss.group=\(group)", "io.miniboss.service=\(service)"])
        guard let first = found.first else { return nil }
        return try await docker.inspectContainer(first.id)
    }

    func networkExists() async throws -> Bool {
        let docker = try Docker(environment: ProcessInfo.processInfo.environment)
        return try await !docker.listNetworks(labels: ["io.miniboss.group=\(group)"]).isEmpty
    }

    /// Takes everything away that the test made.
    func close() async throws {
        let docker = try Docker(environment: ProcessInfo.processInfo.environment)
        // By name, too: what stands for somebody else's has no labels.
        for filter in [["label": ["io.miniboss.group=\(group)"]], ["name": [group]]] {
            for container in try await docker.listContainers(all: true, filters: filter) {
                _ = try await docker.removeContainer(container.id, force: true)
            }
        }
        for image in try await docker.listImages(filters: ["reference": ["\(group)*"]]) {
            for tag in image.repoTags { try await docker.removeImage(tag, force: true) }
        }
        for network in try await docker.listNetworks(labels: ["io.miniboss.group=\(group)"]) {
            _ = try await docker.removeNetwork(network.id)
        }
        try FileManager.default.removeItem(atPath: directory)
    }
}

/// The source of a service that runs until it is killed.
/// - Parameter more: further members.
func sleeper(_ name: String, dependencies: String = "[]", more: String = "") -> String {
    """
    struct \(name.uppercased()): Service {
        let name = "\(name)"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        let dependencies: [String] = \(dependencies)
        \(more)
    }

    """
}

struct Finished: Equatable {
    var code: Int32
    var output: String
    var errors: String
}

/// Opens a workshop, and closes it whatever the test does.
func withWorkshop(
    _ services: String, list: String, groupHooks: String = "", _ body: (Workshop) async throws -> Void
) async throws {
    let workshop = try Workshop(services, list: list, groupHooks: groupHooks)
    do { try await body(workshop) } catch {
        try? await workshop.close()
        throw error
    }
    try await workshop.close()
}

func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}

/// Path of the real engine's socket.
var engineSocket: String { environment("DOCKER_HOST")?.replacing("unix://", with: "") ?? "/var/run/docker.sock" }
