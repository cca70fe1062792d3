import FoundationEssentials
import Glibc
import Testing

@testable import DockerClient

/// What hooks and readinesses learn from a container that does as it should.
@Suite struct ContainerAccessTests {
    @Test("B15: a readiness over HTTP, and one by the image's health check, come true when they do")
    func readiness() async throws {
        let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
        let services = """
            struct Web: Service {
                let name = "web"
                let image = testImage
                let cmd = ["sh", "-c", "mkdir /w; sleep 0.3; echo hi > /w/index.html; exec httpd -f -p 80 -h /w"]
                let ports = [80: 0]
                let stopSignal = StopSignal.sigkill
                var readiness: Readiness { .http(port: 80, path: "/index.html") }
            }
            struct Fit: Service {
                let name = "fit"
                let image = "GROUP-fit:1"
                let buildFromDirectory = "fit"
                let stopSignal = StopSignal.sigkill
                let readiness = Readiness.healthy
            }
            """
        try await withWorkshop(services, list: "Web(), Fit()") { shop in
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("GROUP", with: shop.group))
            try #require(mkdir("\(shop.directory)/fit", 0o700) == 0)
            try shop.write(
                "fit/Dockerfile",
                "FROM \(base)\nHEALTHCHECK --interval=1s --retries=9 CMD test -e /tmp/fit\nCMD [\"sh\", \"-c\", \"sleep 1; touch /tmp/fit; exec sleep 1000\"]\n"
            )
            let start = try shop.miniboss("start", "--timeout", "30")
            let pings = try shop.miniboss("history", "1", "--type", "ping.changed").output
            _ = try shop.miniboss("stop", "--remove")
            _ = try? await docker().removeImage("\(shop.group)-fit:1", force: true)
            #expect(start.code == 0, "\(start)")
            #expect(pings.contains("health check: starting"), "\(pings)")
        }
    }

    @Test("a hook has the container's host port, its lines as they come, and what is in it")
    func container() async throws {
        let hook = """
            func postStart(_ container: Container) async throws {
                Context["port"] = .int(try await container.hostPort(80))
                for try await line in container.lines where line == "said later" {
                    Context["line"] = .string(line)
                    break
                }
                _ = try await container.exec("sh", "-c", "mkdir /out; echo made > /out/file")
                try await container.copyOut("/out", to: "taken")
                Context["id"] = .string(container.id)
            }
            """
        let service = sleeper("a", more: "let ports = [80: 0]\n    " + hook)
            .replacing("\"sleep 1000\"", with: #"["sh", "-c", "echo said first; sleep 0.5; echo said later; exec sleep 1000"]"#)
        try await withWorkshop(service, list: "A()") { shop in
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start)")
            struct Told: Decodable, Equatable {
                var port: Int
                var line, id: String
            }
            let container = try #require(try await shop.container("a"))
            let told: Told = try shop.decoded(shop.miniboss("context", "--json"))
            #expect(told == Told(port: container.hostPort(80) ?? 0, line: "said later", id: container.id))
            #expect(try shop.read("taken/file") == "made\n")
        }
    }

    @Test("B16: a ping that never says true is told with its last answer and how often it was asked")
    func never() async throws {
        let asking = sleeper("a", more: "func ping(_ container: Container) async throws -> Bool { false }")
        try await withWorkshop(asking, list: "A()") { shop in
            let start = try shop.miniboss("start", "--timeout", "1")
            #expect(start.code == 1)
            let told = try #require(start.output.firstMatch(of: /was not ready after 1\.\d s and (\d+) pings; the last one said: false/))
            // At once and then every 0.1 s.
            #expect((2...11).contains(Int(told.1) ?? 0), "\(start.output)")
            let history = try shop.miniboss("history", "1").output
            #expect(history.contains("ping was not true in time"), "\(history)")
        }
    }

    @Test("B17: a copy of what is not there, or into what is not, names the service and the path")
    func copies() async throws {
        let hook = #"""
            func postStart(_ container: Container) async throws {
                for copy in [0, 1] {
                    do {
                        if copy == 0 { try await container.copyOut("/nothing", to: "taken") }
                        if copy == 1 { try await container.copyIn("Miniboss.swift", to: "/no/such/dir/file") }
                    } catch { Context["copy\(copy)"] = .string("\(error)") }
                }
            }
            """#
        try await withWorkshop(sleeper("a", more: hook), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            struct Told: Decodable { var copy0, copy1: String }
            let told: Told = try shop.decoded(shop.miniboss("context", "--json"))
            #expect(told.copy0 == "can't copy /nothing of a: there is nothing of that name in its container")
            #expect(told.copy1.hasSuffix("to /no/such/dir/file in a: there is no such directory in its container"), "\(told.copy1)")
        }
    }
}
