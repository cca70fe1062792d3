import DockerClient
import FoundationEssentials
import Glibc
import Testing

private let reloadable = """
    struct Base: Service {
        let name = "base"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        func postStart(_ container: Container) async throws { Context["key"] = "value" }
    }
    struct Built: Service {
        let name = "built"
        let image = "IMAGE:latest"
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        let dependencies = ["base"]
        let env = ["KEY": "{key}"]
        let buildFromDirectory = "source/"
    }
    """

@Suite struct ReloadTests {
    @Test("B43, B44, B45, B46: reload builds first, replaces the container, and keeps the context")
    func reload() async throws {
        let image = "e2e-built-\(UInt32.random(in: .min ... .max))"
        try await withWorkshop(reloadable.replacing("IMAGE", with: image), list: "Base(), Built()") { shop in
            try #require(mkdir("\(shop.directory)/source", 0o700) == 0)
            let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
            try shop.write("source/Dockerfile", "FROM \(base)\nCOPY version /version\n")
            try shop.write("source/version", "1")
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start.errors)")
            let first = try await shop.container("built")

            try shop.write("source/version", "2")
            let reload = try shop.miniboss("reload", "built")
            #expect(reload.code == 0, "\(reload.errors)")
            let second = try await shop.container("built")
            #expect(second?.id != first?.id)
            #expect(second?.name == first?.name)
            #expect(second?.config.env.contains("KEY=value") == true)
            #expect(try shop.miniboss("exec", "built", "--", "cat", "/version").output == "2")

            try shop.write("source/Dockerfile", "FROM \(base)\nCOPY missing /missing\n")
            #expect(try shop.miniboss("reload", "built").code == 1)
            let third = try await shop.container("built")
            #expect(third?.id == second?.id)
            #expect(third?.state.running == true)

            #expect(try shop.miniboss("reload", "base").code == 64)
            #expect(try shop.miniboss("reload", "nobody").code == 64)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try await Docker(environment: ProcessInfo.processInfo.environment).removeImage(image, force: true)
        }
    }
}
