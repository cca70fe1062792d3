import DockerClient
import FoundationEssentials
import TestSupport
import Testing

/// Containers that ended while nobody was there, and what is still known of that afterwards.
@Suite struct UnseenEndTests {
    private static func service(_ value: String) -> String {
        """
        struct A: Service {
            let name = "a"
            let image = testImage
            let cmd = ["sh", "-c", "trap 'exit 3' TERM; echo last words; while true; do sleep 0.05; done"]
            let env = ["KEY": "\(value)"]
            let readiness: Readiness = .log("last words")
        }

        """
    }

    private func rewrite(_ shop: Workshop, _ value: String) throws {
        let text = try shop.read("Miniboss.swift")
        try shop.write("Miniboss.swift", text.replacing("\"KEY\": \"one\"", with: "\"KEY\": \"\(value)\""))
    }

    /// Ends the service's container behind miniboss's back.
    private func end(_ shop: Workshop, signal: String) async throws -> String {
        let id = try #require(try await shop.container("a")).id
        try await engine().killContainer(id, signal: signal)
        try await eventually("it has ended") { try await shop.container("a")?.state.running == false }
        return id
    }

    private func engine() throws -> Docker { try Docker(environment: ProcessInfo.processInfo.environment) }

    private struct Event: Decodable {
        struct Body: Decodable {
            var container: String?
            var code: Int?
            var lines: [String]?
            var text: String?

            enum CodingKeys: String, CodingKey {
                case lines, text
                case container = "container_id"
                case code = "exit_code"
            }
        }
        var type: String
        var body: Body
    }

    private func events(_ shop: Workshop, _ run: Int) throws -> [Event] {
        try shop.decoded(shop.miniboss("history", "\(run)", "--service", "a", "--json"))
    }

    @Test("B27: what a container said that died between two runs is kept before it is replaced or removed")
    func replacedAndRemoved() async throws {
        try await withWorkshop(Self.service("one"), list: "A()") { shop in
            try #require(shop.miniboss("start").code == 0)
            let first = try await end(shop, signal: "SIGTERM")
            try rewrite(shop, "two")
            let start = try shop.miniboss("start")
            #expect(start.code == 0 && start.errors.contains("its container had ended before this run"), "\(start)")
            let replaced = try events(shop, 2)
            #expect(replaced.contains { $0.type == "container.exited" && $0.body.container == first && $0.body.code == 3 })
            #expect(replaced.contains { $0.type == "logs.captured" && $0.body.lines == ["last words"] })
            // As the note says it.
            let story = try shop.miniboss("history", "2", "--service", "a").output
            #expect(story.contains("    │ last words\n") && story.contains("exited 3"), "\(story)")

            let second = try await end(shop, signal: "SIGKILL")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            let removed = try events(shop, 3)
            #expect(removed.contains { $0.type == "container.exited" && $0.body.container == second && $0.body.code == 137 })
            #expect(removed.contains { $0.type == "logs.captured" && $0.body.lines == ["last words"] })
        }
    }

    @Test("B20, B27: how it ended is kept when it is started again, and its log stays its own; a stop of miniboss's is no such end")
    func startedAgain() async throws {
        try await withWorkshop(Self.service("one"), list: "A()") { shop in
            try #require(shop.miniboss("start").code == 0)
            let id = try await end(shop, signal: "SIGKILL")
            let start = try shop.miniboss("start")
            #expect(start.code == 0 && start.errors.contains("exited 137"), "\(start)")
            #expect(try await shop.container("a")?.id == id)
            let again = try events(shop, 2)
            #expect(again.contains { $0.type == "container.exited" && $0.body.code == 137 })
            #expect(!again.contains { $0.type == "logs.captured" })

            for command in ["stop", "start"] { try #require(shop.miniboss(command).code == 0) }
            #expect(try !events(shop, 4).contains { $0.type == "container.exited" || $0.type == "logs.captured" })
            try #require(shop.miniboss("stop").code == 0)
            try #require(shop.miniboss("stop", "--remove").code == 0)
            #expect(try !events(shop, 6).contains { $0.type == "logs.captured" || $0.body.text?.contains("had ended") == true })
        }
    }
}
