import DockerClient
import FoundationEssentials
import Glibc
import Testing

private let envSecret = "canary-env-4c1f\"7"
private let contextSecret = "canary-context-9d2e"
private let registrySecret = "canary-registry-55aa"

private func services(denying: String, group: String) -> String {
    #"""
    let key = "canary-env-4c1f\"7"

    struct Base: Service {
        let name = "base"
        let image = testImage
        let env: Environment = ["KEY": .secret(key), "URL": "postgres://user:\(key)@db/x"]
        let cmd = ["sh", "-c", "echo base $KEY; exec sleep 1000"]
        let stopSignal = StopSignal.sigkill
        func postStart(_ container: Container) async throws {
            Context.setSecret("token", "canary-context-9d2e")
            Context["address"] = "http://canary-context-9d2e@host"
        }
    }
    struct Logging: Service {
        let name = "logging"
        let image = testImage
        let env: Environment = ["KEY": .secret(key), "TOKEN": "{token}"]
        let dependencies = ["base"]
        let cmd = ["sh", "-c", "echo key $KEY; echo token $TOKEN >&2; exit 3"]
        let readiness = Readiness.exec("false")
    }
    struct Pinging: Service {
        let name = "pinging"
        let image = testImage
        let env: Environment = ["KEY": .secret(key)]
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        let readiness = Readiness.exec("sh", "-c", "echo not with $KEY; exit 1")
    }
    struct Throwing: Service {
        struct Oops: Error { let text: String }
        let name = "throwing"
        let image = testImage
        let env: Environment = ["KEY": .secret(key)]
        func preStart() async throws { throw Oops(text: "no login with \(key)") }
    }
    struct Echoed: Service {
        let name = "echoed"
        let image = testImage
        let dependencies = ["base"]
        // The engine repeats the command it can't find.
        let cmd = ["/bin/{token}"]
    }
    struct Mounting: Service {
        let name = "mounting"
        let image = testImage
        let dependencies = ["base"]
        let volumes = ["./{token}:/m"]
    }
    struct Built: Service {
        let name = "built"
        let image = "\#(group)-built:latest"
        let env: Environment = ["KEY": .secret(key)]
        let buildFromDirectory = "built/"
    }
    struct Unwell: Service {
        let name = "unwell"
        let image = "\#(group)-unwell:latest"
        let env: Environment = ["KEY": .secret(key)]
        let buildFromDirectory = "unwell/"
        let stopSignal = StopSignal.sigkill
        let readiness = Readiness.healthy
    }
    struct Denied: Service { let name = "denied"; let image = "\#(denying)/private:1" }

    """#
}

@Suite struct SecretTests {
    @Test("B53, B54: that a secret is another one than in the run that worked is told, and no more of it")
    func changedSecret() async throws {
        let service = """
            struct Guarded: Service {
                let name = "guarded"
                let image = testImage
                let cmd = ["sh", "-c", "case $PW in right*) exec sleep 1000;; esac; echo denied; exit 1"]
                let stopSignal = StopSignal.sigkill
                let env: Environment = ["PW": .secret("right-password")]
                let readiness = Readiness.exec("true")
            }
            """
        try await withWorkshop(service, list: "Guarded()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("right-password", with: "wrong"))
            let plan = try shop.miniboss("plan").output
            #expect(plan.contains("env.PW \"******\" → \"******\" (another one)"), "\(plan)")
            #expect(try shop.miniboss("start").code == 1)
            let story = try shop.miniboss("postmortem").output
            #expect(story.contains("env.PW was \"******\" in run 1, in which it worked; now \"****** (another one)\""), "\(story)")
            let difference = try shop.miniboss("diff", "1", "2").output
            #expect(difference.contains("env.PW") && difference.contains("****** (another one)"), "\(difference)")
            let all = story + difference + (try shop.miniboss("history", "2", "--json").output)
            #expect(!all.contains("right-password") && !all.contains("wrong"), "\(all)")
        }
    }

    @Test("B54: planted secrets are in no output, label, file or ledger row in clear")
    func canaries() async throws {
        let denying = try DenyingRegistry(saying: "no entry with \(registrySecret)")
        let docker = try Docker(environment: ProcessInfo.processInfo.environment)
        let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
        let list = "Base(), Logging(), Pinging(), Throwing(), Echoed(), Mounting(), Built(), Unwell(), Denied()"
        try await withWorkshop("", list: list) { shop in
            let definition = try shop.read("Miniboss.swift")
            try shop.write(
                "Miniboss.swift",
                definition.replacing("@main", with: services(denying: denying.address, group: shop.group) + "@main"))
            for name in ["built", "unwell", "docker"] { try #require(mkdir("\(shop.directory)/\(name)", 0o700) == 0) }
            try shop.write("built/Dockerfile", "FROM \(base)\nRUN echo '\(envSecret)' && false\n")
            try shop.write(
                "unwell/Dockerfile",
                "FROM \(base)\nHEALTHCHECK --interval=1s --retries=1 CMD echo $KEY; exit 1\nCMD [\"sleep\", \"1000\"]\n")
            let login = Data("user:\(registrySecret)".utf8).base64EncodedString()
            try shop.write("docker/config.json", #"{"auths":{"\#(denying.address)":{"auth":"\#(login)"}}}"#)
            let variables = ["DOCKER_CONFIG": "\(shop.directory)/docker"]

            var texts: [String: String] = [:]
            func keep(_ arguments: String..., codes: Set<Int32> = [0], output: Bool = true) throws {
                let finished = try shop.launch(arguments, variables: variables).wait()
                #expect(codes.contains(finished.code), "\(arguments): \(finished.errors)")
                texts["\(arguments.joined(separator: " ")), errors"] = finished.errors
                if output { texts[arguments.joined(separator: " ")] = finished.output }
            }
            try keep("start", "--timeout", "4", "--progress", "json", codes: [1])
            _ = try? await docker.removeImage("\(shop.group)-unwell:latest", force: true)
            let report: PostMortemReport = try shop.decoded(shop.miniboss("postmortem", "1", "--json"))
            // Each planted secret came to where it was sent, and only its mask is left.
            for (service, words) in [
                "logging": "exited with 3", "pinging": "not with ******", "throwing": "no login with ******", "echoed": "/bin/******",
                "built": "could not be built", "unwell": "******", "denied": "no entry with ******",
            ] {
                let failure = report.failures.first { $0.service == service }
                #expect(failure?.summary.contains(words) == true, "\(service): \(String(describing: failure))")
            }
            #expect(report.failures.first { $0.service == "logging" }?.logTail.sorted() == ["key ******", "token ******"])
            #expect(report.failures.first { $0.service == "built" }?.logTail.contains("******") == true)

            try keep("start", "--timeout", "4", "--keep-failed", "--only", "logging,echoed", "--progress", "plain", codes: [1])
            try keep("postmortem", "1")
            try keep("postmortem", "1", "--json")
            for run in ["1", "2"] {
                try keep("history", run)
                try keep("history", run, "--json")
            }
            try keep("history")
            try keep("history", "--json")
            try keep("logs")
            try keep("logs", "--json")
            #expect(texts["logs"]?.contains("| base ******") == true)
            try keep("context")
            try keep("context", "--json")
            #expect(texts["context"]?.contains("address = \"******\"") == true)
            // What the command prints is the user's own and passes as it is.
            try keep("exec", "base", "--", "sh", "-c", "echo \(contextSecret)", output: false)
            try keep("exec", "base", "--", "sh", "-c", "echo '\(envSecret)'; exit 5", codes: [5], output: false)
            try keep("history", "3", "--json")
            try keep("history", "4", "--json")
            #expect(texts["history 4 --json"]?.contains("echo '******'; exit 5") == true)
            let gone = try shop.launch(
                ["exec", "base", "--", "login", envSecret], variables: ["DOCKER_HOST": "unix:///nonexistent.sock"]
            ).wait()
            #expect(gone.code == 69)
            try keep("history", "5", "--json")
            // Without a container and a definition nobody knows what is secret.
            try keep("exec", "denied", "--", "login", "unknown-secret", codes: [1])
            try keep("history", "6", "--json")
            let absent = try #require(texts["history 6 --json"])
            #expect(absent.contains(#"["denied","******","******","******"]"#) && !absent.contains("unknown-secret"), "\(absent)")

            let source = try shop.read("Miniboss.swift")
            try shop.write("Miniboss.swift", source.replacing("echo base", with: "echo {address} base").replacing("db/x", with: "db/y"))
            for command in ["plan", "status"] {
                let codes: Set<Int32> = command == "plan" ? [2] : [0]
                try keep(command, codes: codes)
                try keep(command, "--json", codes: codes)
            }
            try keep("doctor", codes: [0, 1])
            try keep("doctor", "--json", codes: [0, 1])
            try keep("replay", "1")
            try keep("replay", "1", "--json")
            try keep("diff", "1", "2")
            try keep("diff", "1", "2", "--json")
            try keep("report", "1", "-o", "report.html")
            texts["report.html"] = try shop.read("report.html")
            #expect(texts["report.html"]?.contains("no login with ******") == true)
            try keep("start", "--json", "--timeout", "4", codes: [1])
            try keep("reload", "built", "--json", codes: [1])
            try keep("run", "base", "--", "echo", envSecret, output: false)
            try keep("stop", "--progress", "json")
            try keep("history", "--json", "--limit", "100")
            texts[".miniboss-context"] = try shop.read(".miniboss-context")
            for container in try await docker.listContainers(all: true, labels: ["io.miniboss.group=\(shop.group)"]) {
                texts["labels of \(container.name)"] = "\(container.labels)"
            }

            for (place, text) in texts {
                for secret in [envSecret, contextSecret, registrySecret, "canary-env-4c1f"] {
                    #expect(!text.contains(secret), "\(place): \(text)")
                }
            }
            let ledger = ".miniboss/\(shop.group)/ledger.sqlite"
            for file in [ledger, ledger + "-wal"] where access("\(shop.directory)/\(file)", R_OK) == 0 {
                let bytes = try shop.read(file)
                #expect(!bytes.contains("canary-env") && !bytes.contains("canary-registry"), "\(file)")
            }
            // Replay needs what hooks wrote to the context, and that alone.
            let rows = try shop.ledgerRows("type <> 'context.written'")
            #expect(rows.contains("run.started") && !rows.contains("canary"), "\(rows)")
            #expect(try shop.ledgerRows("type = 'context.written'").contains(contextSecret))
        }
    }

    @Test("B22, B54: a secret that was changed stays masked where it stood openly, too")
    func rotation() async throws {
        let services = """
            import Foundation
            let password = ProcessInfo.processInfo.environment["PW"] ?? ""
            struct Db: Service {
                let name = "db"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                let env: Environment = ["PASSWORD": .secret(password)]
            }
            struct Web: Service {
                let name = "web"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                let dependencies = ["db"]
                let env = ["URI": "pg://u:\\(password)@db/x"]
            }
            """
        try await withWorkshop(services, list: "Db(), Web()") { shop in
            let (first, second) = (["PW": "canary-first-77"], ["PW": "canary-second-88"])
            var told = ""
            func run(_ arguments: String..., code: Int32, _ variables: [String: String]) throws {
                let done = try shop.launch(arguments, variables: variables).wait()
                #expect(done.code == code, "\(arguments): \(done.errors)")
                told += done.output + done.errors
            }
            try run("start", code: 0, first)
            try run("plan", code: 2, second)
            try run("status", "--json", code: 0, second)
            try run("start", code: 0, second)
            try run("history", "2", "--json", code: 0, second)
            #expect(told.contains("env.URI") && told.contains("pg://u:******@db/x"), "\(told)")
            #expect(!told.contains("canary"), "\(told)")
            let rows = try shop.ledgerRows("type <> ''")
            #expect(rows.contains("env.URI") && !rows.contains("canary"))
        }
    }

    @Test("B54: `logs` masks a secret of a service that has no container, also when the definition is broken by now")
    func withoutContainer() async throws {
        let teller = sleeper("a").replacing(#""sleep 1000""#, with: #""sh -c 'echo got canary-b1x; sleep 1000'""#)
        let keeper = sleeper("b", more: #"let env: Environment = ["PW": .secret("canary-b1x")]"#)
        try await withWorkshop(teller + keeper, list: "A(), B()") { shop in
            #expect(try shop.miniboss("start", "--only", "a").code == 0)
            #expect(try shop.miniboss("logs").output == "a | got ******\n")
            try shop.write("Miniboss.swift", "this is no Swift")
            #expect(try shop.miniboss("logs", "a").output == "a | got ******\n")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }
}

extension Workshop {
    /// The types and bodies of the ledger's events, as the `sqlite3` shell reads them.
    func ledgerRows(_ condition: String) throws -> String {
        let pipe = try #require(
            popen(
                "sqlite3 -readonly '\(directory)/.miniboss/\(group)/ledger.sqlite' \"select type, body from events where \(condition)\"",
                "re"))
        defer { pclose(pipe) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
