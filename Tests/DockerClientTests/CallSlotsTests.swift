import Synchronization
import TestSupport
import Testing

@testable import DockerClient

@Suite struct CallSlotsTests {
    private final class Tally: Sendable {
        private let counts = Mutex((now: 0, most: 0, done: 0))
        func enter() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.done) } }
        func leave() { counts.withLock { $0 = ($0.now - 1, $0.most, $0.done + 1) } }
        var most: Int { counts.withLock { $0.most } }
        var done: Int { counts.withLock { $0.done } }
    }

    @Test("never more than the slots are in use, all get their turn, and a failed one gives its slot back")
    func slots() async throws {
        let slots = CallSlots(3)
        let tally = Tally()
        await withTaskGroup(of: Void.self) { tasks in
            for number in 0..<100 {
                tasks.addTask {
                    _ = try? await slots.use { () async throws(DockerError) in
                        tally.enter()
                        for _ in 0..<number % 7 { await Task.yield() }
                        tally.leave()
                        if number.isMultiple(of: 5) { throw DockerError(.badRequest, message: "no") }
                    }
                }
            }
        }
        #expect(tally.most == 3 && tally.done == 100)
        // All are free again.
        try await slots.use {}
    }

    @Test("many first calls at once agree on a version and are all answered")
    func firstCalls() async throws {
        let engine = try ScriptedEngine()
        defer { engine.stop() }
        engine.on("HEAD", "/_ping", .reply(ScriptedReply(200, headers: ["Api-Version": "1.41"])))
        engine.on("GET", "*", .reply(.json(200, "[]")))
        let docker = Docker(host: try DockerHost(engine.host))
        try await withThrowingTaskGroup(of: Int.self) { tasks in
            for _ in 0..<200 { tasks.addTask { try await docker.listImages().count } }
            for try await count in tasks { #expect(count == 0) }
        }
    }
}
