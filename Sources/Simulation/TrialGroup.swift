import DockerClient
package import Orchestrator
import Reconciler
package import TestSupport

/// A random group and how its hooks behave; the definition changes with its version.
// Unchecked: the process has one thread (see `Scheduler`).
package final class TrialGroup: @unchecked Sendable {
    package struct Member: Sendable {
        package var name: String
        package var dependencies: [String]
        package var writesKey: Bool
        /// Its ping, once it says yes, writes a key that is another in the next version.
        package var pingWritesKey = false
        package var readsKeys: [String]
        /// Keys of others that its `postStart` writes anew: who reads them waits for it, too.
        package var rewritesKeys: [String] = []
        /// Its own `preStart` writes a key that it reads, and its `preStop` writes that anew: when its next container is made, say.
        package var hasOwnKey = false
        package var isBuilt: Bool
        /// Its image keeps data in a volume that nobody named.
        package var keepsData = false
        package var hostPort: Int?
        /// Pings that say no before the first that says yes.
        package var noes: Int
        package var postStartSeconds: Double
        /// A one-shot, which is ready when it has ended with 0.
        package var isJob = false
        package var alwaysStartsNew = false
    }

    /// What goes wrong in hooks, by service; nothing once `isCalm`.
    package struct Mischief: Sendable {
        package var throwsInPreStart = false
        package var throwsInPostStart = false
        package var neverReady = false
        package var hangs = false
    }

    package static let name = "sim"
    package var members: [Member]
    /// Changes env values of some services.
    package var version = 1
    package var mischief: [String: Mischief] = [:]
    /// Whether the hooks of the group itself fail.
    package var groupThrows = false
    /// Each `postStart` that came to its end, by container.
    package private(set) var primed: [String] = []
    private var asked: [String: Int] = [:]
    private let scheduler: Scheduler

    package init(members: [Member], scheduler: Scheduler) {
        self.members = members
        self.scheduler = scheduler
    }

    /// What hooks have done and how often they were asked.
    var picture: String { "\(primed) \(asked.sorted { $0.key < $1.key })" }

    init(copying other: TrialGroup, scheduler: Scheduler) {
        members = other.members
        version = other.version
        mischief = other.mischief
        groupThrows = other.groupThrows
        primed = other.primed
        asked = other.asked
        self.scheduler = scheduler
    }

    package convenience init(random generator: inout SeededGenerator, scheduler: Scheduler) {
        let count = Int.random(in: 1...6, using: &generator)
        var members: [Member] = []
        for index in 0..<count {
            let earlier = members.map(\.name)
            let dependencies = earlier.filter { _ in generator.chance(40) }
            let keys = members.filter { dependencies.contains($0.name) && $0.writesKey }.map { "key-\($0.name)" }
            members.append(
                Member(
                    name: "s\(index)", dependencies: dependencies, writesKey: generator.chance(40),
                    readsKeys: keys.filter { _ in generator.chance(70) }, isBuilt: generator.chance(20),
                    hostPort: generator.chance(30) ? 8000 + index : nil,
                    noes: generator.chance(50) ? 0 : Int.random(in: 1...4, using: &generator),
                    postStartSeconds: generator.chance(50) ? 0 : 0.3))
        }
        for index in members.indices { members[index].keepsData = generator.chance(30) }
        for index in members.indices {
            members[index].isJob = generator.chance(20)
            // One that is always new leaves its data behind, as it says.
            members[index].alwaysStartsNew = !members[index].keepsData && generator.chance(10)
        }
        for index in members.indices {
            members[index].pingWritesKey = generator.chance(25)
            let pinged = members.filter { members[index].dependencies.contains($0.name) && $0.pingWritesKey }
            members[index].readsKeys += pinged.map { "ping-\($0.name)" }.filter { _ in generator.chance(70) }
        }
        for index in members.indices where generator.chance(15) {
            members[index].hasOwnKey = true
            members[index].readsKeys.append("own-\(members[index].name)")
        }
        for index in members.indices where generator.chance(60) { members[index].rewritesKeys = Self.rewritable(by: index, members) }
        self.init(members: members, scheduler: scheduler)
    }

    /// Written by one it depends on, read only by those that depend on it, and written anew by nobody else.
    private static func rewritable(by index: Int, _ members: [Member]) -> [String] {
        let name = members[index].name
        return members[index].dependencies.map { "key-\($0)" }.filter { key in
            let readers = members.filter { $0.readsKeys.contains(key) }
            return !readers.isEmpty && readers.allSatisfy { $0.dependencies.contains(name) }
                && !members.contains { $0.rewritesKeys.contains(key) }
        }
    }

    package func image(of member: Member) -> String { member.isBuilt ? "\(member.name):latest" : "\(member.name):1" }

    /// What a running container of the service must have been made from, once all hooks have run.
    func expectedEnv(of member: Member, _ context: ContextValues) -> [String: String] {
        var env = ["VERSION": variant(of: member)]
        for key in member.readsKeys { env[key.uppercased()] = context.values[key]?.interpolated ?? "nobody wrote it" }
        return env
    }

    private func variant(of member: Member) -> String {
        member.name.hasSuffix("1") || member.name.hasSuffix("3") ? String(version) : "same"
    }

    package var definition: GroupDefinition {
        let specs = members.map { member in
            var env = ["VERSION": EnvironmentValue(variant(of: member))]
            for key in member.readsKeys { env[key.uppercased()] = EnvironmentValue("{\(key)}") }
            return ServiceSpec(
                name: member.name, image: image(of: member), dependencies: member.dependencies, env: env,
                ports: member.hostPort.map { [PortMapping(container: 80, host: $0)] } ?? [],
                alwaysStartNew: member.alwaysStartsNew, build: member.isBuilt ? BuildSource(directory: "/\(member.name)") : nil,
                expectedExits: member.isJob ? [0] : [], typeName: member.name)
        }
        return GroupDefinition(
            spec: GroupSpec(name: Self.name, services: specs),
            hooks: Dictionary(uniqueKeysWithValues: members.map { ($0.name, hooks(of: $0)) }),
            groupHooks: GroupHooks(
                onStartServices: { [self] _ in try await groupHook() }, onStopServices: { [self] _ in try await groupHook() },
                onReloadService: { [self] _ in try await groupHook() }))
    }

    private func groupHook() async throws {
        try await scheduler.sleep(0.01)
        if groupThrows { throw TrialError("a hook of the group") }
    }

    /// The host ports go round among the services that have one.
    package func passPortsOn() {
        let owners = members.indices.filter { members[$0].hostPort != nil }
        guard let first = owners.first, let last = owners.last, first != last else { return }
        let ports = owners.map { members[$0].hostPort }
        for (place, owner) in owners.enumerated() { members[owner].hostPort = ports[(place + 1) % ports.count] }
    }

    private func hooks(of member: Member) -> ServiceHooks {
        ServiceHooks(
            preStart: { [self] in
                try await scheduler.sleep(0.01)
                if mischief[member.name]?.throwsInPreStart == true { throw TrialError("pre_start of \(member.name)") }
                if member.hasOwnKey, LiveContext.read("own-\(member.name)") == nil {
                    LiveContext.write("own-\(member.name)", .string("first"), secret: false)
                }
            },
            ping: { [self] container in
                asked[container.id, default: 0] += 1
                if mischief[member.name]?.neverReady == true { return false }
                guard asked[container.id, default: 0] > member.noes else { return false }
                if member.isJob { guard try await container.evaluate(.exits(code: 0)) else { return false } }
                if member.pingWritesKey {
                    LiveContext.write("ping-\(member.name)", .string("version \(version)"), secret: false)
                }
                return true
            },
            postStart: { [self] container in
                if mischief[member.name]?.hangs == true { try await scheduler.sleep(1e6) }
                try await scheduler.sleep(member.postStartSeconds)
                if mischief[member.name]?.throwsInPostStart == true { throw TrialError("post_start of \(member.name)") }
                if member.writesKey {
                    LiveContext.write("key-\(member.name)", .string("value of key-\(member.name)"), secret: false)
                }
                for key in member.rewritesKeys {
                    LiveContext.write(key, .string("value of \(key), by \(member.name)"), secret: false)
                }
                primed.append(container.id)
            },
            preStop: { [self] _ in
                try await scheduler.sleep(0.01)
                if member.hasOwnKey { LiveContext.write("own-\(member.name)", .string("at version \(version)"), secret: false) }
            })
    }
}

/// What a hook of a trial throws.
struct TrialError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
