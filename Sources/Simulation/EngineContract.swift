package import DockerClient
package import Orchestrator

/// An engine on which a statement of the contract is tried, with names of its own.
package struct ContractBench: Sendable {
    package typealias Program = @Sendable (inout ContainerConfig) -> Void

    var engine: any ContainerEngine
    var image: String
    /// For names and labels; no other bench has it.
    var tag: String
    /// A program that goes on until it is asked to stop, and then ends with 0.
    var lasting: Program
    /// A program that ends with 3.
    var ending: Program
    /// A program the engine can't start.
    var broken: Program
    /// Waits until the lasting program can be asked to stop.
    var ready: @Sendable (String) async throws -> Void

    package init(
        engine: any ContainerEngine, image: String, tag: String, lasting: @escaping Program, ending: @escaping Program,
        broken: @escaping Program, ready: @escaping @Sendable (String) async throws -> Void = { _ in }
    ) {
        self.engine = engine
        self.image = image
        self.tag = tag
        self.lasting = lasting
        self.ending = ending
        self.broken = broken
        self.ready = ready
    }

    func config(_ program: Program, service: String = "lasting", network: String? = nil) -> ContainerConfig {
        var config = ContainerConfig(image: image)
        config.labels = ["contract": tag, "io.miniboss.service": service]
        config.network = network
        program(&config)
        return config
    }

    func running(_ name: String, network: String? = nil) async throws -> String {
        let id = try await engine.create(name: name, config(lasting, network: network))
        try await engine.start(container: id)
        try await ready(id)
        return id
    }
}

/// A statement that did not hold.
package struct ContractBroken: Error, CustomStringConvertible {
    package let description: String
}

private func expect(_ isSo: Bool, line: Int = #line) throws {
    if !isSo { throw ContractBroken(description: "what line \(line) of the contract says is not so") }
}

private func refused(
    _ isRight: (DockerError) -> Bool, line: Int = #line, _ body: () async throws -> Void
) async throws {
    do { try await body() } catch let error as DockerError {
        guard isRight(error) else { throw ContractBroken(description: "line \(line) of the contract: refused otherwise: \(error)") }
        return
    }
    throw ContractBroken(description: "line \(line) of the contract: not refused")
}

private func refused(_ status: Int, line: Int = #line, _ body: () async throws -> Void) async throws {
    try await refused({ $0.status == status }, line: line, body)
}

/// What the orchestrator relies on, as statements that hold for the real engine and therefore must for the simulated one.
package enum EngineContract: String, CaseIterable, Sendable {
    case aNameIsTaken, anImageIsMissing, startTwice, stopTwice, removeARunningOne, removeTwice, aDeathIsSeen, aStopIsSeen,
        inspectAMissingOne
    case aLabelFinds, aBrokenProgramIs, renameIntoATakenName, aNetworkTwice, aNetworkInUse, aMissingNetwork, stopEndsTheProcess,
        aVolumeInUse

    /// - Throws: `ContractBroken`, or what the engine threw.
    package func check(_ bench: ContractBench) async throws {
        let engine = bench.engine
        let name = "contract-\(bench.tag)"
        switch self {
        case .aNameIsTaken:
            let first = try await engine.create(name: name, bench.config(bench.lasting))
            try await refused({ $0.isNameConflict && $0.conflictingContainerID == first }) {
                _ = try await engine.create(name: name, bench.config(bench.lasting))
            }
        case .anImageIsMissing:
            try await refused({ $0.isNoSuchImage }) {
                _ = try await engine.create(name: name, ContainerConfig(image: "contract-missing:1"))
            }
        case .startTwice:
            let id = try await engine.create(name: name, bench.config(bench.lasting))
            try expect(try await engine.inspect(container: id).state.status == "created")
            try await engine.start(container: id)
            try await engine.start(container: id)
            try expect(try await engine.inspect(container: id).state.running)
        case .stopTwice:
            let id = try await bench.running(name)
            try await engine.stop(container: id, seconds: 1)
            try await engine.stop(container: id, seconds: 1)
            try expect(try await engine.inspect(container: id).state.status == "exited")
        case .stopEndsTheProcess:
            let id = try await bench.running(name)
            try await engine.stop(container: id, seconds: 5)
            let state = try await engine.inspect(container: id).state
            try expect(!state.running && state.exitCode == 0)
            try await engine.start(container: id)
            try expect(try await engine.inspect(container: id).state.running)
        case .removeARunningOne:
            let id = try await bench.running(name)
            try await refused(409) { try await engine.remove(container: id, force: false, volumes: true) }
            try await engine.remove(container: id, force: true, volumes: true)
            try await refused(404) { _ = try await engine.inspect(container: id) }
        case .removeTwice:
            let id = try await engine.create(name: name, bench.config(bench.lasting))
            try await engine.remove(container: id, force: false, volumes: true)
            try await engine.remove(container: id, force: false, volumes: true)
        case .aDeathIsSeen:
            let seen = AsyncStream<String>.makeStream()
            let since = try await engine.identity().time
            let watch = Task {
                try? await engine.watch(label: "contract=\(bench.tag)", since: since) { notice in
                    if case .event(let event) = notice, event.action == "die" { seen.continuation.yield(event.id) }
                }
                seen.continuation.finish()
            }
            let id = try await engine.create(name: name, bench.config(bench.ending, service: "ending"))
            try await engine.start(container: id)
            var deaths = seen.stream.makeAsyncIterator()
            try expect(await deaths.next() == id)
            watch.cancel()
            let state = try await engine.inspect(container: id).state
            try expect(state.status == "exited" && state.exitCode == 3)
        case .aStopIsSeen:
            let seen = AsyncStream<String>.makeStream()
            let since = try await engine.identity().time
            let watch = Task {
                try? await engine.watch(label: "contract=\(bench.tag)", since: since) { notice in
                    guard case .event(let event) = notice, ["kill", "die"].contains(event.action) else { return }
                    seen.continuation.yield("\(event.action) \(event.attributes["signal"] ?? event.attributes["exitCode"] ?? "")")
                }
                seen.continuation.finish()
            }
            let id = try await bench.running(name)
            try await engine.stop(container: id, seconds: 5)
            var events = seen.stream.makeAsyncIterator()
            try expect(await events.next() == "kill 15")
            try expect(await events.next() == "die 0")
            watch.cancel()
        case .inspectAMissingOne:
            try await refused(404) { _ = try await engine.inspect(container: "contract-nobody") }
            try await refused(404) { try await engine.start(container: "contract-nobody") }
            try await refused(404) { try await engine.stop(container: "contract-nobody", seconds: 1) }
        case .aLabelFinds:
            let id = try await engine.create(name: name, bench.config(bench.lasting))
            try expect(try await engine.containers(labels: ["contract=\(bench.tag)"]).map(\.id) == [id])
            try expect(try await engine.containers(labels: ["contract=\(bench.tag)", "no=such"]).isEmpty)
            try expect(try await engine.containers(labels: ["contract=\(bench.tag)"]).first?.name == name)
        case .aBrokenProgramIs:
            let id = try await engine.create(name: name, bench.config(bench.broken, service: "broken"))
            try await refused({ $0.isBadEntrypoint }) { try await engine.start(container: id) }
            let state = try await engine.inspect(container: id).state
            try expect(!state.running && state.status == "created" && state.exitCode == 127)
        case .renameIntoATakenName:
            let first = try await engine.create(name: name, bench.config(bench.lasting))
            let second = try await engine.create(name: name + "-2", bench.config(bench.lasting))
            try await refused(409) { try await engine.rename(container: second, to: name) }
            try await engine.remove(container: first, force: true, volumes: true)
            try await engine.rename(container: second, to: name)
            try expect(try await engine.inspect(container: second).name == name)
        case .aNetworkTwice:
            let id = try await engine.createNetwork(name: name, labels: ["contract": bench.tag])
            try await refused(409) { _ = try await engine.createNetwork(name: name, labels: ["contract": bench.tag]) }
            try expect(try await engine.networks(named: name).map(\.id) == [id])
            try await engine.remove(network: id)
            try expect(try await engine.networks(named: name).isEmpty)
        case .aNetworkInUse:
            let network = try await engine.createNetwork(name: name, labels: ["contract": bench.tag])
            let id = try await bench.running(name, network: name)
            try await refused({ $0.isNetworkInUse }) { try await engine.remove(network: network) }
            try await engine.remove(container: id, force: true, volumes: true)
            try await engine.remove(network: network)
        case .aVolumeInUse:
            var config = bench.config(bench.lasting)
            config.mounts = [ContainerConfig.Mount(kind: .volume, source: name, target: "/data")]
            let id = try await engine.create(name: name, config)
            try expect(try await engine.volumes().contains(name))
            try expect(try await engine.inspect(container: id).mounts.map(\.name) == [name])
            try expect(try await engine.containers(labels: ["contract=\(bench.tag)"]).first?.mounts.map(\.target) == ["/data"])
            try await refused(409) { try await engine.remove(volume: name) }
            // It has a name: the engine does not take it along.
            try await engine.remove(container: id, force: true, volumes: true)
            try expect(try await engine.volumes().contains(name))
            try await engine.remove(volume: name)
            try expect(try await !engine.volumes().contains(name))
            try await engine.remove(volume: name)
        case .aMissingNetwork:
            let id = try await engine.create(name: name, bench.config(bench.lasting, network: name))
            try await refused(404) { try await engine.start(container: id) }
        }
    }
}
