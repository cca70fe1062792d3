import DockerClient
import Glibc
import Testing

@Suite struct ReadingTests {
    @Test("B9: a trap while the definition is read is a definition that can't be used, with the line, and nothing is touched")
    func trap() async throws {
        let services = """
            struct A: Service {
                let name = "a"
                let image = testImage
                var env: [String: String] { ["N": [String]()[0]] }
            }
            """
        try await withWorkshop(services, list: "A()") { shop in
            let start = try shop.miniboss("start")
            #expect(start.code == 65, "\(start.errors)")
            #expect(start.errors.contains("trapped while it was read") && start.errors.contains("Miniboss.swift:6"), "\(start.errors)")
            #expect(try await shop.container("a") == nil)
            #expect(try await !shop.networkExists())
        }
    }

    @Test("B19, B52: a whole number is the same live and replayed, so that the next start does nothing")
    func numbers() async throws {
        let services = """
            struct P: Service {
                let name = "p"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                func postStart(_ container: Container) async throws {
                    Context["ratio"] = 2.0
                    Context["nest"] = ["b": 1.0, "a": 2.5]
                }
            }
            struct Q: Service {
                let name = "q"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                let dependencies = ["p"]
                let env = ["R": "{ratio}", "N": "{nest}"]
            }
            """
        try await withWorkshop(services, list: "P(), Q()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let env = try await shop.container("q")?.config.env ?? []
            #expect(env.contains("R=2") && env.contains(#"N={"a":2.5,"b":1}"#), "\(env)")
            #expect(try shop.miniboss("plan").code == 0)
        }
    }

    @Test("B26: an image whose tag latest needs the context is built at each start, too")
    func builtAtEachStart() async throws {
        let name = "e2e-latest-\(UInt32.random(in: .min ... .max))"
        let services = """
            struct P: Service {
                let name = "p"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                func postStart(_ container: Container) async throws { Context["v"] = "x" }
            }
            struct R: Service {
                let name = "r"
                let image = "\(name)-{v}:latest"
                let buildFromDirectory = "built"
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                let dependencies = ["p"]
            }
            """
        try await withWorkshop(services, list: "P(), R()") { shop in
            let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
            try #require(mkdir("\(shop.directory)/built", 0o755) == 0)
            for version in ["1", "2"] {
                try shop.write("built/Dockerfile", "FROM \(base)\nENV V=\(version)\n")
                #expect(try shop.miniboss("start").code == 0)
                #expect(try await shop.container("r")?.config.env.contains("V=\(version)") == true)
            }
            #expect(try shop.miniboss("plan").output.contains("build_image"))
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try await docker().removeImage("\(name)-x:latest", force: true)
        }
    }
}
