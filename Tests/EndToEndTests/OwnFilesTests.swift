import DockerClient
import FoundationEssentials
import Glibc
import Testing

/// A definition's own directory sent to the engine: as what an image is built from, and as what a hook copies.
@Suite struct OwnFilesTests {
    @Test(
        "B19, B54: an image or a copy of the definition's directory has nothing of miniboss in it, and is the same at the next start",
        arguments: [nil, "state/own.sqlite"])
    func ownDirectory(_ ledger: String?) async throws {
        let image = "e2e-own-\(UInt32.random(in: .min ... .max))"
        let service = """
            struct A: Service {
                let name = "a"
                let image = "\(image):latest"
                let buildFromDirectory = "."
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                func postStart(_ container: Container) async throws {
                    try await container.copyIn(".", to: "/copied")
                    Context["found"] = .string(try await container.exec("find", "/all", "/copied", "-type", "f").output)
                    do { try await container.copyIn("\(ledger ?? ".miniboss")", to: "/named") } catch { Context["refusal"] = .string("\\(error)") }
                }
            }
            """
        try await withWorkshop(service, list: "A()") { shop in
            let variables = ledger.map { ["MINIBOSS_LEDGER": $0] } ?? [:]
            try #require(mkdir("\(shop.directory)/state", 0o755) == 0)
            try shop.write("state/kept", "kept")
            let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
            // Where this test's own programs write.
            try shop.write(".dockerignore", "out\nerr\n.dockerignore\n")
            try shop.write("Dockerfile", "FROM \(base)\nCOPY . /all\n")
            let start = try shop.miniboss("start", variables: variables)
            #expect(start.code == 0, "\(start)")
            let context = try shop.decoded(shop.miniboss("context", "--json", variables: variables), as: [String: String].self)
            let found = Set(try #require(context["found"]).split(separator: "\n").map(String.init)).subtracting(
                ["out", "err", ".dockerignore"].map { "/copied/\($0)" })
            let sent = ["Dockerfile", "Miniboss.swift", "state/kept"]
            #expect(found == Set(sent.flatMap { ["/all/\($0)", "/copied/\($0)"] }), "\(found)")
            #expect(context["refusal"]?.contains("is miniboss's own and is not copied") == true, "\(context)")
            let first = try await shop.container("a")?.id
            #expect(try shop.miniboss("start", variables: variables).code == 0)
            #expect(try await shop.container("a")?.id == first)
            #expect(try shop.miniboss("doctor", variables: variables).code == 0)
            #expect(try shop.miniboss("stop", "--remove", variables: variables).code == 0)
            _ = try await Docker(environment: ProcessInfo.processInfo.environment).removeImage("\(image):latest", force: true)
        }
    }
}
