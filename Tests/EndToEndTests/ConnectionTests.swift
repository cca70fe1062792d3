import DockerClient
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite("Ways to the engine, and to the program") struct ConnectionTests {
    @Test("an engine behind tcp:// is used, named by DOCKER_HOST or by the current docker context")
    func overTCP() async throws {
        let engine = try EngineOverTCP(engineSocket)
        let address = "tcp://127.0.0.1:\(engine.port)"
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let start = try shop.miniboss("start", variables: ["DOCKER_HOST": address])
            #expect(start.code == 0, "\(start)")
            #expect(try shop.miniboss("exec", "a", "--", "echo", "over tcp", variables: ["DOCKER_HOST": address]).output == "over tcp\n")

            // The directory of a context is called by the hash of its name.
            let meta = "\(shop.directory)/docker/contexts/meta/682fbae20f3428bcec4c117c57bea18d438c4758d972909b41dbe22884e0d6b8"
            try FileManager.default.createDirectory(atPath: meta, withIntermediateDirectories: true)
            try shop.write("docker/config.json", "{\"currentContext\":\"relay\"}")
            let endpoint = "{\"Name\":\"relay\",\"Endpoints\":{\"docker\":{\"Host\":\"\(address)\"}}}"
            try shop.write(String(meta.dropFirst(shop.directory.count + 1)) + "/meta.json", endpoint)
            let context = ["DOCKER_HOST": nil, "DOCKER_CONFIG": "\(shop.directory)/docker"] as [String: String?]
            let doctor = try shop.launch(["doctor"], variables: context).wait()
            #expect(doctor.output.contains("at \(address)"), "\(doctor)")
            let again = try shop.launch(["start"], variables: context).wait()
            #expect(again.code == 0 && again.output.contains("1 of 1 already running"), "\(again)")
            #expect(try shop.launch(["stop", "--remove"], variables: context).wait().code == 0)
        }
    }

    @Test("a definition that begins with a hash-bang line is a command of its own")
    func hashBang() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            try shop.write("Miniboss.swift", "#!/usr/bin/env miniboss\n" + shop.read("Miniboss.swift"))
            let bin = shop.program.dropLast("/miniboss".count)
            let run = "chmod +x Miniboss.swift && PATH=\(bin):$PATH ./Miniboss.swift"
            let start = try shop.shell("\(run) start")
            #expect(start.code == 0 && start.output.contains("started 1 of 1"), "\(start)")
            #expect(try await shop.container("a")?.state.running == true)
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("testImage\n", with: "noImage\n"))
            let broken = try shop.shell("\(run) plan")
            #expect(broken.code == 65 && broken.errors.contains("Miniboss.swift:6:"), "\(broken)")
            #expect(try shop.shell("\(run) stop --remove").code == 0)
        }
    }

    @Test("B16, B17: an engine's answer that is lost in a ping is asked for again; in a hook it is the engine's failure, not the hook's")
    func lostAnswers() async throws {
        let probed = """
            struct Probed: Service {
                let name = "probed"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                func ping(_ container: Container) async throws -> Bool { try await container.exec("true").exitCode == 0 }
                func postStart(_ container: Container) async throws { _ = try await container.exec("false") }
            }
            """
        let engine = try ScriptedEngine()
        defer { engine.stop() }
        let socket = engineSocket
        for method in ["GET", "POST", "DELETE"] { engine.on(method, "*", .act { _ in .relay(to: socket) }) }
        // Only a connection that fails at the very first exec: the ping's.
        engine.on("POST", "*/exec", .close, .act { _ in .relay(to: socket) })
        try await withWorkshop(probed, list: "Probed()") { shop in
            let start = try shop.miniboss("start", variables: ["DOCKER_HOST": engine.host])
            #expect(start.code == 0, "\(start)")
            #expect(try shop.miniboss("history", "1", "--type", "ping.changed").output.contains("answer was lost"))
            #expect(try shop.miniboss("stop", "--remove").code == 0)

            // Its ping's gets through, its postStart's does not.
            engine.on("POST", "*/exec", .relay(to: socket), .close)
            #expect(try shop.miniboss("start", variables: ["DOCKER_HOST": engine.host]).code == 1)
            let told = try shop.miniboss("postmortem", "--json").output
            #expect(told.contains(#""class":"engine_unreachable""#) && told.contains(#""phase":"post_start""#), "\(told)")
        }
    }

    @Test("whoever only looks is told when the engine keeps them waiting")
    func waiting() async throws {
        let (listener, port) = try listeningSocket()
        defer { close(listener) }
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            try shop.miniboss("history")
            // Taken by the kernel, answered by nobody.
            let watched = try shop.shell(
                """
                DOCKER_HOST=tcp://127.0.0.1:\(port) '\(shop.program)' status 2>told & status=$!
                until grep -q 'has not answered yet; waiting for it' told || ! kill -0 $status; do :; done
                kill $status && cat told
                """)
            #expect(watched.code == 0 && watched.output.contains("has not answered yet"), "\(watched)")
        }
    }

    @Test("no engine: a missing socket, one that refuses, and one this user may not use have a message each, and exit 69")
    func noEngine() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let socket = "\(shop.directory)/engine.sock"
            func start() throws -> Finished {
                try shop.boundByModes([shop.program, "start"], variables: ["DOCKER_HOST": "unix://\(socket)"])
            }
            func expect(_ told: Finished, _ reason: String, next: String) {
                #expect(told.code == 69, "\(told)")
                #expect(told.errors.contains("no Docker Engine answers at unix://\(socket) (\(reason))."), "\(told)")
                #expect(told.errors.contains(next), "\(told)")
            }
            try expect(start(), "its socket does not exist", next: "apt-get install docker.io")
            try bindSocket(socket)
            try expect(start(), "connection refused", next: "Is it running?")
            try #require(chmod(socket, 0) == 0)
            try expect(start(), "permission denied", next: "usermod -aG docker")
            let history = try shop.miniboss("history").output
            #expect(history.components(separatedBy: "no Docker Engine answers").count == 4, "\(history)")
        }
    }

    @Test("an engine behind TLS whose certificate is not to be trusted, or that asks for one of ours, is told with what to do")
    func secured() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let root = try #require(#filePath.components(separatedBy: "/Tests/").first)
            let certificates = "\(shop.directory)/tls"
            let relay = try shop.shell("'\(root)/scripts/tls-relay' start '\(certificates)'")
            try #require(relay.code == 0, "\(relay)")
            defer { _ = try? shop.shell("'\(root)/scripts/tls-relay' stop '\(certificates)'") }
            let host = "tcp://" + relay.output.prefix { !$0.isNewline }
            func status(_ path: String?) throws -> Finished {
                let variables = ["DOCKER_HOST": host, "DOCKER_TLS_VERIFY": path.map { _ in "1" }, "DOCKER_CERT_PATH": path]
                return try shop.launch(["status"], variables: variables).wait()
            }
            #expect(try status(certificates).code == 0)

            try #require(shop.shell("mkdir own other && cp tls/ca.pem own && cp tls/cert.pem other/ca.pem").code == 0)
            let anonymous = try status("\(shop.directory)/own")
            #expect(anonymous.code == 69 && anonymous.errors.contains("cert.pem and key.pem in DOCKER_CERT_PATH"), "\(anonymous)")
            let stranger = try status("\(shop.directory)/other")
            #expect(stranger.code == 69 && stranger.errors.contains("no secure connection to a Docker Engine at \(host)"), "\(stranger)")
            #expect(stranger.errors.contains("certificate") && stranger.errors.contains("the authority that signed"), "\(stranger)")
            let plain = try status(nil)
            #expect(plain.code == 69 && plain.errors.contains("If it speaks TLS: DOCKER_TLS_VERIFY=1"), "\(plain)")
        }
    }
}

/// Leaves a socket in the file system at which nobody listens.
private func bindSocket(_ path: String) throws {
    let file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(file) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(file, $0, size) }
    }
    try #require(result == 0)
}
