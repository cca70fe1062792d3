import DockerClient
import FoundationEssentials
import Testing

@Suite struct ChangedFieldTests {
    private static let services = """
        struct S: Service {
            let name = "s"
            let image = testImage
            let cmd = "sleep 1000"
            let stopSignal = StopSignal.sigkill
        }
        struct C: Service {
            let name = "c"
            let image = testImage
            let entrypoint = ["sleep"]
            let cmd = ["1000"]
            let stopSignal = StopSignal.sigkill
        }

        """

    /// What each service is given at first, what later, and how the difference is named.
    private static let changes = [
        (service: "p", from: "let ports = [80: 0]", to: "let ports = [81: 0]", field: "ports"),
        (service: "u", from: "let user = \"root\"", to: "let user = \"nobody\"", field: "user"),
        (service: "v", from: "let volumes = [\"./d:/one\"]", to: "let volumes = [\"./d:/two\"]", field: "volumes"),
        (service: "s", from: "StopSignal.sigkill\n}\nstruct C", to: "StopSignal.sigquit\n}\nstruct C", field: "stop_signal"),
        (service: "c", from: "let cmd = [\"1000\"]", to: "let cmd = [\"1001\"]", field: "cmd"),
        (service: "e", from: "let entrypoint = [\"env\"]", to: "let entrypoint = [\"busybox\"]", field: "entrypoint"),
    ]

    @Test("B19, B23: each field that changes makes a new container and is named; without the group's key none is wrongly seen to")
    func fields() async throws {
        let sleepers = Self.changes.filter { !["s", "c"].contains($0.service) }.map { sleeper($0.service, more: $0.from) }
        try await withWorkshop(Self.services + sleepers.joined(), list: "P(), U(), V(), S(), C(), E()") { shop in
            _ = try shop.shell("mkdir d")
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start)")
            func identifiers() async throws -> [String: String?] {
                var found: [String: String?] = [:]
                for change in Self.changes { found[change.service] = try await shop.container(change.service)?.id }
                return found
            }
            let first = try await identifiers()

            // The labels' fingerprints say nothing any more: every field is compared with what the engine has.
            try shop.remove(".miniboss/\(shop.group)/fingerprint.key")
            let again = try shop.miniboss("start")
            #expect(again.code == 0 && again.output.contains("6 of 6 already running, nothing to do"), "\(again)")
            #expect(try await identifiers() == first)

            var source = try shop.read("Miniboss.swift")
            for change in Self.changes {
                try #require(source.contains(change.from), "\(change.service)")
                source = source.replacing(change.from, with: change.to)
            }
            try shop.write("Miniboss.swift", source)
            let plan = try shop.miniboss("plan").output.split(separator: "\n")
            for change in Self.changes {
                let line = plan.first { $0.contains("create_container") && $0.contains(" \(change.service) ") } ?? ""
                #expect(line.contains("replaced: \(change.field)"), "\(change.service): \(line)")
            }
            let changed = try shop.miniboss("start")
            #expect(changed.code == 0, "\(changed)")
            let second = try await identifiers()
            for change in Self.changes { #expect(second[change.service] != first[change.service], "\(change.service)") }
            #expect(try shop.miniboss("plan").code == 0)
        }
    }

    @Test("B37: each service gets the signal it names", arguments: [("sigint", "INT"), ("sigquit", "QUIT"), ("sigterm", "TERM")])
    func stopSignals(signal: String, name: String) async throws {
        let traps = ["INT", "QUIT", "TERM"].map { "trap 'echo got \($0); exit 0' \($0)" }.joined(separator: "; ")
        let service = """
            struct A: Service {
                let name = "a"
                let image = testImage
                let cmd = ["sh", "-c", "\(traps); echo ready; while :; do sleep 0.1; done"]
                let stopSignal = StopSignal.\(signal)
                let readiness = Readiness.log("ready")
            }
            """
        try await withWorkshop(service, list: "A()") { shop in
            let codes = [try shop.miniboss("start").code, try shop.miniboss("stop").code]
            #expect(codes == [0, 0])
            let logs = try shop.miniboss("logs", "a").output
            #expect(logs.contains("got \(name)"), "\(logs)")
            let exit = try await shop.container("a")?.state.exitCode
            #expect(exit == 0)
        }
    }

    @Test("B11: what an image exposes is not published, only what stands in ports is")
    func exposed() async throws {
        let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
        try await withWorkshop("", list: "A()") { shop in
            try shop.write("Dockerfile", "FROM \(base)\nEXPOSE 7777\n")
            let service = sleeper("a", more: "let buildFromDirectory = \".\"\n    let ports = [80: 0]")
                .replacing("testImage", with: "\"\(shop.group)-exposing:1\"")
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("@main", with: service + "@main"))
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start)")
            let ports = try await shop.container("a")?.ports ?? [:]
            _ = try shop.miniboss("stop", "--remove")
            _ = try await Docker(environment: ProcessInfo.processInfo.environment).removeImage("\(shop.group)-exposing:1", force: true)
            #expect(ports.filter { !$0.value.isEmpty }.keys.sorted() == ["80/tcp"], "\(ports)")
        }
    }
}
