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
    @Test("B13: a dependent whose other dependency does not run is not restarted by a reload")
    func restsOnNothing() async throws {
        let image = "e2e-built-\(UInt32.random(in: .min ... .max))"
        let services =
            reloadable.replacing("IMAGE", with: image) + "\n" + sleeper("side") + sleeper("top", dependencies: #"["built", "side"]"#)
        try await withWorkshop(services, list: "Base(), Built(), SIDE(), TOP()") { shop in
            try #require(mkdir("\(shop.directory)/source", 0o700) == 0)
            let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
            try shop.write("source/Dockerfile", "FROM \(base)\n")
            #expect(try shop.miniboss("start").code == 0)
            let docker = try Docker(environment: ProcessInfo.processInfo.environment)
            let first = try await shop.container("built")
            _ = try await docker.stopContainer(try #require(try await shop.container("side")?.id), timeout: .seconds(5))
            let refused = try shop.miniboss("reload", "built")
            #expect(
                refused.code == 1 && refused.errors.contains("\"top\", which is restarted with \"built\", needs \"side\""), "\(refused)")
            #expect(try await shop.container("top")?.state.running == true)
            #expect(try shop.miniboss("reload", "built", "--no-dependents").code == 0)
            #expect(try await shop.container("built")?.id != first?.id)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try await docker.removeImage(image, force: true)
        }
    }

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

            let away = try shop.miniboss("reload", "built", "--network-name", "elsewhere")
            #expect(away.code == 1 && away.errors.contains("\"base\", which it needs, is not on it"), "\(away.errors)")

            try shop.write("source/version", "2")
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("\"{key}\"]", with: "\"{key}\", \"MORE\": \"1\"]"))
            // It is for other programs: the context comes from the ledger.
            try shop.write(".miniboss-context", #"{"key":"forged"}"#)
            let reload = try shop.miniboss("reload", "built")
            #expect(reload.code == 0, "\(reload.errors)")
            #expect(try shop.miniboss("history", "3").output.contains("env.MORE unset → \"1\""), "\(reload)")
            let second = try await shop.container("built")
            #expect(second?.id != first?.id)
            #expect(second?.name == first?.name)
            #expect(second?.config.env.contains("KEY=value") == true)
            #expect(try shop.miniboss("exec", "built", "--", "cat", "/version").output == "2")

            try shop.write("source/Dockerfile", "FROM \(base)\nCOPY missing /missing\n")
            let broken = try shop.miniboss("reload", "built")
            #expect(broken.code == 1 && broken.output.contains("missing"), "\(broken)")
            let third = try await shop.container("built")
            #expect(third?.id == second?.id)
            #expect(third?.state.running == true)
            let story = try shop.miniboss("postmortem").output
            #expect(story.contains("base, built (in its old container)"), "\(story)")
            let failed = try shop.miniboss("start")
            #expect(failed.code == 1 && failed.output.contains("base, built (in its old container)"), "\(failed.output)")

            let running = try await shop.container("base")
            #expect(try shop.miniboss("reload", "base").code == 64)
            #expect(try shop.miniboss("reload", "nobody").code == 64)
            #expect(try await shop.container("base")?.state.startedAt == running?.state.startedAt)
            #expect(try await shop.container("base")?.id == running?.id)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try await Docker(environment: ProcessInfo.processInfo.environment).removeImage(image, force: true)
        }
    }

    @Test("B17, B43: a timeout that is given to reload is that of its hooks, too")
    func hookTimeout() async throws {
        let hook = "func postStart(_ container: Container) async throws { if access(\"hang\", F_OK) == 0 { pause() } }\n}"
        let image = "e2e-built-\(UInt32.random(in: .min ... .max))"
        let slow = reloadable.replacing("IMAGE", with: image).replacing(
            "    let buildFromDirectory = \"source/\"\n}", with: "    let buildFromDirectory = \"source/\"\n    \(hook)")
        try await withWorkshop("import Glibc\n" + slow, list: "Base(), Built()") { shop in
            try #require(mkdir("\(shop.directory)/source", 0o700) == 0)
            try shop.write("source/Dockerfile", "FROM \(environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest")\nUSER 3\n")
            #expect(try shop.miniboss("start").code == 0)
            try shop.write("hang", "")
            let reload = try shop.miniboss("reload", "built", "--timeout", "1")
            #expect(reload.code == 1 && reload.output.contains("postStart had not come back by the deadline"), "\(reload)")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try await Docker(environment: ProcessInfo.processInfo.environment).removeImage(image, force: true)
        }
    }

    @Test("B37, B43: how a dependent ended that is started again is told before that, and that it had to be killed")
    func killedDependent() async throws {
        let image = "e2e-built-\(UInt32.random(in: .min ... .max))"
        let built = sleeper("built", more: #"let buildFromDirectory = "source/""#).replacing("testImage", with: "\"\(image):latest\"")
        let deaf = sleeper("deaf", dependencies: #"["built"]"#)
            .replacing("\"sleep 1000\"", with: #"["sh", "-c", "trap : TERM; while :; do sleep 1; done"]"#)
            .replacing("StopSignal.sigkill", with: "StopSignal.sigterm")
        try await withWorkshop(built + deaf, list: "BUILT(), DEAF()") { shop in
            try #require(mkdir("\(shop.directory)/source", 0o700) == 0)
            try shop.write("source/Dockerfile", "FROM \(environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest")\n")
            #expect(try shop.miniboss("start").code == 0)
            #expect(try shop.miniboss("reload", "built", "--timeout", "1").code == 0)
            struct Told: Decodable {
                struct Body: Decodable {
                    var to: String?
                    var text: String?
                    var exitCode: Int?
                    enum CodingKeys: String, CodingKey {
                        case to, text
                        case exitCode = "exit_code"
                    }
                }
                var service: String?
                var type: String
                var body: Body
            }
            let events: [Told] = try shop.decoded(shop.miniboss("history", "2", "--json"))
            let story = events.filter { $0.service == "deaf" }.compactMap { event in
                event.type == "container.exited" ? "exited \(event.body.exitCode ?? -1)" : event.body.text ?? event.body.to
            }
            #expect(
                Array(story.drop { $0 != "exited 137" }.prefix(2)) == [
                    "exited 137", "did not stop within 1.0 s and was killed with SIGKILL",
                ])
            #expect(story.count { $0.hasPrefix("exited") } == 1 && story.last == "running", "\(story)")
            #expect(try shop.miniboss("stop", "--remove", "--timeout", "1").code == 0)
            _ = try await Docker(environment: ProcessInfo.processInfo.environment).removeImage(image, force: true)
        }
    }

    @Test("B44, B49: what a failed reload stopped comes back with the one that succeeds")
    func repaired() async throws {
        let image = "e2e-built-\(UInt32.random(in: .min ... .max))"
        let services = reloadable.replacing("IMAGE", with: image).replacing(
            "    let cmd = \"sleep 1000\"\n    let stopSignal = StopSignal.sigkill\n    let dependencies",
            with: "    let stopSignal = StopSignal.sigkill\n    let dependencies")
        try await withWorkshop(services + "\n" + sleeper("top", dependencies: #"["built"]"#), list: "Base(), Built(), TOP()") { shop in
            try #require(mkdir("\(shop.directory)/source", 0o700) == 0)
            let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
            let sound = "FROM \(base)\nCMD [\"sleep\", \"1000\"]\n"
            try shop.write("source/Dockerfile", sound)
            #expect(try shop.miniboss("start").code == 0)
            let top = try await shop.container("top")?.id
            // It can't be started: one that ends at once may be noticed only after "top" has been started.
            try shop.write("source/Dockerfile", "FROM \(base)\nCMD [\"/no/such/program\"]\n")
            #expect(try shop.miniboss("reload", "built").code == 1)
            #expect(try await shop.container("top")?.state.running == false)
            try shop.write("source/Dockerfile", sound)
            let mended = try shop.miniboss("reload", "built")
            #expect(mended.code == 0, "\(mended)")
            let after = try await shop.container("top")
            #expect(after?.state.running == true && after?.id == top)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try await Docker(environment: ProcessInfo.processInfo.environment).removeImage(image, force: true)
        }
    }

    @Test("B32, B43: an image whose name needs the context is built at the first start and at a reload")
    func imageFromContext() async throws {
        let image = "e2e-key-\(UInt32.random(in: .min ... .max))"
        let services = reloadable.replacing("IMAGE:latest", with: "{key}:one").replacing("\"value\"", with: "\"\(image)\"")
        try await withWorkshop(services, list: "Base(), Built()") { shop in
            try #require(mkdir("\(shop.directory)/source", 0o700) == 0)
            try shop.write("source/Dockerfile", "FROM \(environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest")\nLABEL a=b\n")
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start.errors)")
            let first = try await shop.container("built")
            #expect(first?.config.image.hasPrefix(image) == true)
            let reload = try shop.miniboss("reload", "built")
            #expect(reload.code == 0, "\(reload.errors)")
            let second = try await shop.container("built")
            #expect(second != nil && second?.id != first?.id && second?.config.image == first?.config.image)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try await Docker(environment: ProcessInfo.processInfo.environment).removeImage("\(image):one", force: true)
        }
    }

    @Test("B26: an image whose tag latest needs the context is built at each start, too")
    func builtAtEachStart() async throws {
        let image = "e2e-latest-\(UInt32.random(in: .min ... .max))"
        let services = reloadable.replacing("IMAGE", with: "\(image)-{key}")
        try await withWorkshop(services, list: "Base(), Built()") { shop in
            let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
            try #require(mkdir("\(shop.directory)/source", 0o700) == 0)
            for version in ["1", "2"] {
                try shop.write("source/Dockerfile", "FROM \(base)\nENV V=\(version)\n")
                #expect(try shop.miniboss("start").code == 0)
                #expect(try await shop.container("built")?.config.env.contains("V=\(version)") == true)
            }
            #expect(try shop.miniboss("plan").output.contains("build_image"))
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try await Docker(environment: ProcessInfo.processInfo.environment).removeImage("\(image)-value:latest", force: true)
        }
    }

    @Test("B43, B47, B48, B49: dependents are stopped and started around a reload, or left running; ignored files are not sent")
    func dependents() async throws {
        let image = "e2e-built-\(UInt32.random(in: .min ... .max))"
        let services = """
            import Glibc
            func note(_ text: String) {
                let file = fopen("notes", "a")
                fputs(text + "\\n", file)
                fclose(file)
            }
            struct Built: Service {
                let name = "built"
                let image = "\(image):latest"
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                let buildFromDirectory = "source/"
                let dockerfile = "Other"
            }
            struct Top: Service {
                let name = "top"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                let dependencies = ["built"]
                func preStop(_ container: Container) async throws { note("top stops") }
            }
            """
        try await withWorkshop(
            services, list: "Built(), Top()",
            groupHooks: "func onReloadService(_ name: String) async throws { note(\"reloaded \\(name)\") }"
        ) { shop in
            try #require(mkdir("\(shop.directory)/source", 0o700) == 0)
            let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
            try shop.write("source/Other", "FROM \(base)\nCOPY . /src\n")
            try shop.write("source/.dockerignore", "secret*\n!secret-kept\n")
            for name in ["plain", "secret-gone", "secret-kept"] { try shop.write("source/\(name)", name) }
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start.errors)")
            #expect(
                try shop.miniboss("exec", "built", "--", "ls", "/src").output.split(separator: "\n").filter { $0 != "Other" } == [
                    "plain", "secret-kept",
                ])
            let top = try await shop.container("top")

            try shop.write("source/plain", "changed")
            #expect(try shop.miniboss("reload", "built", "--no-dependents").code == 0)
            #expect(try await shop.container("top")?.state.startedAt == top?.state.startedAt)
            #expect(try shop.read("notes") == "reloaded built\n")

            try shop.write("source/plain", "changed again")
            #expect(try shop.miniboss("reload", "built").code == 0)
            let again = try await shop.container("top")
            #expect(again?.id == top?.id && again?.state.running == true && again?.state.startedAt != top?.state.startedAt)
            #expect(try shop.read("notes") == "reloaded built\ntop stops\nreloaded built\n")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try await Docker(environment: ProcessInfo.processInfo.environment).removeImage(image, force: true)
        }
    }
}
