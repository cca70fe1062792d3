// swift-format-ignore-file: OnlyOneTrailingClosureArgument

import Foundation
import Testing

@testable import DockerClient

/// The engine named by the environment; nil, and a failed test where one is required, when there is none.
private func realEngine() async throws -> Docker? {
    let environment = ProcessInfo.processInfo.environment
    let docker = try Docker(environment: environment)
    let error = await failure { () async throws(DockerError) in try await docker.ping() }
    guard let error else { return docker }
    if environment["MINIBOSS_REQUIRE_ENGINE"] == "1" { Issue.record("no engine: \(error)") }
    return nil
}

private let image = ProcessInfo.processInfo.environment["MINIBOSS_TEST_IMAGE"] ?? "miniboss-test/busybox:latest"

/// A container of a shell command that is gone after the test.
private func withContainer<Value>(
    _ docker: Docker, _ script: String, _ change: (inout ContainerConfig) -> Void = { _ in }, _ body: (String, String) async throws -> Value
) async throws -> Value {
    let name = "dockerclient-" + UUID().uuidString.prefix(8).lowercased()
    var config = ContainerConfig(image: image)
    config.cmd = ["/bin/sh", "-c", script]
    config.network = "none"
    change(&config)
    let id = try await docker.createContainer(name: name, config).id
    do {
        let value = try await body(id, name)
        try await docker.removeContainer(id, force: true, volumes: true)
        return value
    } catch {
        try await docker.removeContainer(id, force: true, volumes: true)
        throw error
    }
}

/// A network that is gone after the test.
private func withNetwork<Value>(_ docker: Docker, _ body: (String, String) async throws -> Value) async throws -> Value {
    let name = "dockerclient-net-" + UUID().uuidString.prefix(8).lowercased()
    let id = try await docker.createNetwork(name: name, labels: ["dockerclient.net": name])
    do {
        let value = try await body(id, name)
        #expect(try await docker.removeNetwork(id) == .done)
        return value
    } catch {
        _ = try? await docker.removeNetwork(id)
        throw error
    }
}

private let forever = "trap 'exit 0' TERM; while :; do sleep 0.1; done"

@Suite("A real engine")
struct EngineTests {
    @Test("System: version, id and clock")
    func system() async throws {
        guard let docker = try await realEngine() else { return }
        #expect(try await docker.info().serverVersion.isEmpty == false)
        #expect(try await docker.info().id.isEmpty == false)
        #expect(try await docker.systemTime().nanoseconds > 1_700_000_000_000_000_000)
        #expect(try await docker.apiVersion() >= .oldest)
    }

    @Test("A container from create to remove, each step twice")
    func life() async throws {
        guard let docker = try await realEngine() else { return }
        let label = "dockerclient.test=" + UUID().uuidString
        try await withNetwork(docker) { _, network in
            try await withContainer(
                docker, "echo out; echo err >&2; " + forever,
                { config in
                    config.network = network
                    config.env = ["A=b c"]
                    config.labels = [label.components(separatedBy: "=")[0]: label.components(separatedBy: "=")[1]]
                    config.stopSignal = "SIGTERM"
                    config.portBindings = [.init(containerPort: 80, hostPort: 0)]
                }
            ) { id, name in
                let twin = await failure { () async throws(DockerError) in
                    try await docker.createContainer(name: name, ContainerConfig(image: image))
                }
                #expect(twin?.isNameConflict == true && twin?.conflictingContainerID == id)
                #expect(try await docker.startContainer(id) == .done)
                #expect(try await docker.startContainer(id) == .already)
                let running = try await docker.inspectContainer(name)
                #expect(running.id == id && running.state.running && running.hostPort(80) != nil)
                #expect(running.config.env.contains("A=b c") && running.config.stopSignal == "SIGTERM")
                #expect(try await docker.listContainers(labels: [label]).map(\.name) == [name])
                let result = try await docker.exec(id, ExecConfig(["/bin/sh", "-c", "echo $A; echo no >&2; exit 7"]))
                #expect(result == ExecResult(exitCode: 7, output: Array("b c\n".utf8), errorOutput: Array("no\n".utf8), dropped: 0))
                // Engines differ in how they say it.
                do throws(DockerError) {
                    let missing = try await docker.exec(id, ExecConfig(["/nonexistent"]))
                    #expect([126, 127].contains(missing.exitCode), "\(missing)")
                } catch { #expect(error.isBadEntrypoint, "\(error)") }
                try await docker.renameContainer(id, to: name + "x")
                #expect(try await docker.stopContainer(id, timeout: .seconds(10)) == .done)
                #expect(try await docker.stopContainer(id, timeout: .seconds(10)) == .already)
                #expect(try await docker.killContainer(id) == .already)
                #expect(try await docker.inspectContainer(id).state.exitCode == 0)
                let lines = try await docker.logTail(id, lines: 10)
                #expect(
                    lines.contains(LogLine(stream: .standardOutput, text: "out"))
                        && lines.contains(LogLine(stream: .standardError, text: "err")))
                #expect(try await docker.removeContainer(id) == .done)
                #expect(try await docker.removeContainer(id) == .already)
                #expect(await failure { () async throws(DockerError) in try await docker.inspectContainer(id) }?.isContainerMissing == true)
            }
        }
    }

    @Test("A wait that was answered before the start cannot miss the exit")
    func wait() async throws {
        guard let docker = try await realEngine() else { return }
        try await withContainer(docker, "exit 3") { id, _ in
            let wait = try await docker.waitContainer(id, .nextExit)
            try await docker.startContainer(id)
            #expect(try await wait.exitCode() == 3)
        }
    }

    @Test("Following logs ends with the container and has every line")
    func follow() async throws {
        guard let docker = try await realEngine() else { return }
        try await withContainer(docker, "i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done") { id, _ in
            try await docker.startContainer(id)
            var texts: [String] = []
            for try await line in try await docker.logLines(id, LogOptions(follow: true, timestamps: true)) {
                #expect(line.timestamp.flatMap { EngineTime($0) } != nil)
                texts.append(line.text)
            }
            #expect(texts == (0..<500).map { "line \($0)" })
        }
    }

    @Test("B29: a death is told by the events")
    func events() async throws {
        guard let docker = try await realEngine() else { return }
        let key = "dockerclient.events." + UUID().uuidString
        try await withContainer(docker, "exit 5", { $0.labels = [key: "1"] }) { id, _ in
            let events = try await docker.events(since: docker.systemTime(), filters: ["label": [key]])
            try await docker.startContainer(id)
            var death: EngineEvent?
            for try await case .event(let event) in events where event.action == "die" {
                death = event
                break
            }
            #expect(death?.id == id && death?.exitCode == 5)
        }
    }

    @Test("Bad commands, missing images and missing mounts are told apart")
    func failures() async throws {
        guard let docker = try await realEngine() else { return }
        let noImage = await failure { () async throws(DockerError) in
            try await docker.createContainer(name: nil, ContainerConfig(image: "dockerclient/none:1"))
        }
        #expect(noImage?.isNoSuchImage == true)
        var config = ContainerConfig(image: image)
        config.mounts = [.init(kind: .bind, source: "/nonexistent/dir", target: "/d")]
        let mounted = config
        #expect(
            await failure { () async throws(DockerError) in try await docker.createContainer(name: nil, mounted) }?.isMountMissing == true)
        try await withContainer(docker, "", { $0.cmd = ["/no/such/program"] }) { id, _ in
            let error = await failure { () async throws(DockerError) in try await docker.startContainer(id) }
            #expect(error?.isBadEntrypoint == true, "\(String(describing: error))")
        }
    }

    @Test("B35: a port held by another container is named")
    func port() async throws {
        guard let docker = try await realEngine() else { return }
        try await withNetwork(docker) { _, network in
            func publish(_ port: Int) -> (inout ContainerConfig) -> Void {
                { config in
                    config.network = network
                    config.portBindings = [.init(containerPort: 80, hostPort: port)]
                }
            }
            try await withContainer(docker, forever, publish(0)) { id, _ in
                try await docker.startContainer(id)
                let held = try #require(try await docker.inspectContainer(id).hostPort(80))
                try await withContainer(docker, forever, publish(held)) { second, _ in
                    let error = await failure { () async throws(DockerError) in try await docker.startContainer(second) }
                    #expect(error?.isPortInUse == true && error?.portInUse == held, "\(String(describing: error))")
                }
            }
        }
    }

    @Test("B12: containers reach each other by alias; a network in use is not removed")
    func network() async throws {
        guard let docker = try await realEngine() else { return }
        try await withNetwork(docker) { network, name in
            #expect(try await docker.listNetworks(labels: ["dockerclient.net=\(name)"]).map(\.id) == [network])
            try await withContainer(
                docker, forever,
                {
                    $0.network = name
                    $0.aliases = ["database"]
                }
            ) { id, _ in
                try await docker.startContainer(id)
                #expect(try await docker.inspectNetwork(network).containers[id] != nil)
                #expect(try await docker.inspectContainer(id).networks[name]?.aliases.contains("database") == true)
                try await withContainer(docker, "nslookup database || ping -c 1 database", { $0.network = name }) { client, _ in
                    let wait = try await docker.waitContainer(client, .nextExit)
                    try await docker.startContainer(client)
                    #expect(try await wait.exitCode() == 0)
                }
                #expect(await failure { () async throws(DockerError) in try await docker.removeNetwork(network) }?.isNetworkInUse == true)
            }
        }
        #expect(try await docker.removeNetwork("dockerclient-net-gone") == .already)
    }

    @Test("Volumes keep their first labels; archives go in and come out")
    func storage() async throws {
        guard let docker = try await realEngine() else { return }
        let name = "dockerclient-vol-" + UUID().uuidString.prefix(8).lowercased()
        #expect(try await docker.createVolume(name: name, labels: ["a": "1"]).labels == ["a": "1"])
        #expect(try await docker.createVolume(name: name, labels: ["a": "2"]).labels == ["a": "1"])
        try await withContainer(docker, forever, { $0.mounts = [.init(kind: .volume, source: name, target: "/data")] }) { id, _ in
            #expect(await failure { () async throws(DockerError) in try await docker.removeVolume(name) }?.isVolumeInUse == true)
            let content = Array(String(repeating: "miniboss\n", count: 20_000).utf8)
            try await docker.copyIn(id, directory: "/data", tar: TarWriter.archive([TarEntry(path: "f", content: content)]))
            let entries = try await docker.copyOutEntries(id, path: "/data/f")
            #expect(entries.map(\.path) == ["f"] && entries.first?.content == content)
        }
        #expect(try await docker.removeVolume(name) == .done)
        #expect(try await docker.removeVolume(name) == .already)
    }

    @Test("B43, B44: a context is built and tagged; a failing step is told with its words")
    func build() async throws {
        guard let docker = try await realEngine() else { return }
        let tag = "dockerclient-test:" + UUID().uuidString.prefix(8).lowercased()
        try await withDirectory { directory in
            try write("FROM \(image)\nARG WORD\nCOPY . /app\nRUN echo $WORD > /word\n", to: directory + "/Dockerfile")
            try write("secret\n", to: directory + "/.dockerignore")
            try write("x", to: directory + "/secret")
            try write(String(repeating: "y", count: 3_000_000), to: directory + "/big")
            var options = BuildOptions(tags: [tag])
            options.arguments = ["WORD": "hello"]
            options.network = "none"
            var id: String?
            for try await progress in try await docker.buildImage(options, context: BuildContext(directory: directory).stream()) {
                id = progress.imageID ?? id
            }
            #expect(try await docker.inspectImage(tag).id == id)
            try await withContainer(
                docker, "",
                { config in
                    config.image = tag
                    config.cmd = ["/bin/sh", "-c", "cat /word; ls /app"]
                }
            ) { container, _ in
                let wait = try await docker.waitContainer(container, .nextExit)
                try await docker.startContainer(container)
                #expect(try await wait.exitCode() == 0)
                #expect(try await docker.logTail(container, lines: 9).map(\.text) == ["hello", "Dockerfile", "big"])
            }
            #expect(try await docker.removeImage(tag) == .done)
            #expect(try await docker.removeImage(tag) == .already)
            try write("FROM \(image)\nRUN echo trouble; exit 9\n", to: directory + "/Dockerfile")
            options.tags = []
            let untagged = options
            let error = await failure { () async throws(DockerError) in
                for try await _ in try await docker.buildImage(untagged, context: try BuildContext(directory: directory).stream()) {}
            }
            #expect(error?.code == .failedInStream && error?.engineMessage.contains("9") == true)
        }
    }

    @Test("Twenty calls at once, among them open streams")
    func parallel() async throws {
        guard let docker = try await realEngine() else { return }
        try await withContainer(docker, forever) { id, _ in
            try await docker.startContainer(id)
            let frames = try await docker.logs(id, LogOptions(follow: true))
            let outputs = try await withThrowingTaskGroup(of: (Int, [UInt8], Int).self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let result = try await docker.exec(id, ExecConfig(["/bin/sh", "-c", "echo \(number); exit \(number)"]))
                        return (number, result.output, result.exitCode)
                    }
                }
                var all: [(Int, [UInt8], Int)] = []
                for try await one in group { all.append(one) }
                return all
            }
            #expect(outputs.count == 20)
            for (number, output, code) in outputs { #expect(output == Array("\(number)\n".utf8) && code == number) }
            _ = frames
        }
    }
}
