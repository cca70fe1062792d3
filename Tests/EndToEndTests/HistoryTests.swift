import DockerClient
import Testing

private let chain = """
    struct Base: Service {
        let name = "base"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        let env: Environment = ["MODE": "one", "TOKEN": .secret("canary-token")]
        func postStart(_ container: Container) async throws { Context["greeting"] = "hello" }
    }
    struct Top: Service {
        let name = "top"
        let image = testImage
        let cmd = ["sh", "-c", "[ \\"$GREETING\\" = hello ] && exec sleep 1000"]
        let stopSignal = StopSignal.sigkill
        let dependencies = ["base"]
        let env = ["GREETING": "{greeting}"]
    }
    """

private struct Event: Decodable {
    var seq: Int
    var service: String?
    var type: String
    var critical: Bool
}

private struct Snapshot: Decodable {
    struct Service: Decodable {
        var service: String
        var state: String
        var containerID: String?
        var owes: [String]
        enum CodingKeys: String, CodingKey {
            case service, state, owes
            case containerID = "container_id"
        }
    }
    var seq: Int
    var services: [Service]
    var context: [String: String]
}

private struct Comparison: Decodable {
    struct Change: Decodable, Equatable {
        var field: String
        var from: String?
        var to: String?
    }
    struct Service: Decodable {
        var service: String
        var changes: [Change]
    }
    var changes: [Change]
    var services: [Service]
}

@Suite struct HistoryTests {
    @Test("B50: a definition that was never started has an empty past, which is no error")
    func emptyPast() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let nothing = "{\"run\":null,\"failures\":[],\"blocked\":[]}\n"
            for (command, empty) in [("history", "[]\n"), ("context", "{}\n"), ("postmortem", nothing)] {
                let said = try shop.miniboss(command, "--json")
                #expect(said == Finished(code: 0, output: empty, errors: ""), "\(said)")
            }
            #expect(try shop.miniboss("history").output == "Miniboss.swift: no runs yet\n")
            #expect(try shop.miniboss("history", "1").code == 64)
        }
    }

    @Test("B51, B52, B58: timeline, comparison and replay of real runs, with engine and definition gone")
    func history() async throws {
        try await withWorkshop(chain, list: "Base(), Top()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let first = try await shop.container("base")?.id
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("\"one\"", with: "\"two\""))
            #expect(try shop.miniboss("start").code == 0)
            let ids = [try await shop.container("base")?.id, try await shop.container("top")?.id]
            try shop.write("Miniboss.swift", "this is no Swift")
            let gone = ["DOCKER_HOST": "unix:///nonexistent.sock"]
            func miniboss(_ words: String...) throws -> Finished { try shop.launch(words, variables: gone).wait() }

            let story = try miniboss("history", "1").output
            #expect(story.contains("▸ base  ") && story.contains("▸ top   "), "\(story)")
            #expect(story.contains("\n▸ critical path: base ") && story.contains(" → top "))
            let events: [Event] = try shop.decoded(miniboss("history", "1", "--json"))
            #expect(Set(events.filter(\.critical).compactMap(\.service)) == ["base", "top"])
            #expect(events.contains { !$0.critical })
            let some: [Event] = try shop.decoded(
                miniboss("history", "1", "--service", "top", "--type", "service.state_changed,hook.finished", "--json"))
            #expect(!some.isEmpty && some.allSatisfy { $0.service == "top" })
            #expect(Set(some.map(\.type)) == ["service.state_changed", "hook.finished"])

            #expect(try miniboss("history", "--since", "1h").output.split(separator: "\n").count == 3)
            #expect(try miniboss("history", "--since", "today", "--limit", "1").output.split(separator: "\n").count == 2)
            #expect(try miniboss("history", "--since", "2099-01-01", "--json").output == "[]\n")
            let unknown = try miniboss("history", "--since", "whenever")
            #expect(unknown.code == 64 && unknown.errors.contains("yesterday"))

            let told = try miniboss("diff", "1", "2").output
            #expect(told.contains("definition") && told.contains("env.MODE") && told.contains("one → two"), "\(told)")
            let found: Comparison = try shop.decoded(miniboss("diff", "1", "2", "--json"))
            #expect(found.changes.map(\.field) == ["definition"])
            #expect(
                found.services.first { $0.service == "base" }?.changes == [Comparison.Change(field: "env.MODE", from: "one", to: "two")])

            // After its last event a run's replay is what the engine had; after an event in the middle it is what was then.
            let last: Snapshot = try shop.decoded(miniboss("replay", "2", "--json"))
            #expect(last.services.map(\.service) == ["base", "top"] && last.services.map(\.state) == ["running", "running"])
            #expect(last.services.map(\.containerID) == ids)
            #expect(last.context == ["greeting": "hello"])
            let before: Snapshot = try shop.decoded(miniboss("replay", "1", "--json"))
            #expect(before.services.first?.containerID == first && first != ids[0])
            let created = try #require(events.first { $0.service == "base" && $0.type == "step.succeeded" }?.seq)
            let middle: Snapshot = try shop.decoded(miniboss("replay", "1", "--until", "\(created + 1)", "--json"))
            #expect(middle.services.first?.state == "created" && middle.context.isEmpty)
            #expect(middle.services.first?.owes == ["start_container", "ping", "post_start"])
            let words = try miniboss("replay", "1", "--until", "\(created + 1)").output
            #expect(
                words.contains("after event \(created + 1) · run 1") && words.contains("owes start_container, ping, post_start"), "\(words)"
            )
            for text in [story, told, words] { #expect(!text.contains("canary")) }

            for wrong in [
                ["diff", "1", "9"], ["replay", "9"], ["history", "9"], ["postmortem", "9"], ["replay", "1", "--until", "9999"],
            ] {
                let answer = try shop.launch(wrong, variables: gone).wait()
                #expect(answer.code == 64 && answer.output.isEmpty, "\(wrong)")
                #expect(answer.errors.contains("`miniboss history"), "\(answer.errors)")
            }
            for verb in ["diff", "replay", "history", "postmortem"] {
                #expect(try miniboss(verb, "--help").output.contains("Examples:"))
            }
        }
    }
}
