import TestSupport
import Testing

@testable import DockerClient

@Suite("Transport: outcomes, cancellation, reuse")
struct TransportTests {
    @Test("An engine that closes without a reply leaves a POST's outcome unknown")
    func closedPost() async throws {
        let rig = try Rig()
        rig.server.on("POST", "/containers/*/start", .close)
        let error = await failure { () async throws(DockerError) in try await rig.docker.startContainer("a") }
        #expect(error?.code == .replyLost)
        #expect(error?.outcomeUnknown == true)
        #expect(error?.endpoint == "POST /containers/a/start")
        // Never sent twice, although libcurl repeats requests on connections it has used before.
        #expect(rig.server.requests("POST", "/containers/a/start").count == 1)
    }

    @Test("A POST after a GET on the same engine does not ride on the pooled connection, so it is never repeated")
    func postAfterKeepAlive() async throws {
        let rig = try Rig()
        rig.server.on("GET", "/info", .reply(.json(200, #"{"ID":"x"}"#)))
        rig.server.on("POST", "/containers/create", .act { _ in .close })
        for _ in 0..<3 { _ = try await rig.docker.info() }
        #expect(rig.server.connectionCount == 1)
        let error = await failure { () async throws(DockerError) in
            try await rig.docker.createContainer(name: "a", ContainerConfig(image: "i"))
        }
        #expect(error?.code == .replyLost)
        #expect(rig.server.requests("POST", "/containers/create").count == 1)
        #expect(rig.server.connectionCount == 2)
    }

    @Test("A GET on a kept connection that dies is made once more")
    func deadKeepAlive() async throws {
        let rig = try Rig()
        rig.server.on("GET", "/info", .reply(.json(200, #"{"ID":"one"}"#)), .close, .reply(.json(200, #"{"ID":"two"}"#)))
        #expect(try await rig.docker.info().id == "one")
        #expect(try await rig.docker.info().id == "two")
        #expect(rig.server.requests("GET", "/info").count == 3)
    }

    @Test("A reply cut at any byte is an error, never half a value")
    func cutReplies() async throws {
        let rig = try Rig()
        let reply = ScriptedReply.json(201, #"{"Id":"abc","Warnings":[]}"#)
        // Status line, two fields, the empty line and the body.
        let whole = 23 + 32 + 20 + 2 + 26
        for count in 0..<whole {
            rig.server.on("POST", "/containers/create", .cut(reply, after: count))
            let error = await failure { () async throws(DockerError) in
                try await rig.docker.createContainer(name: nil, ContainerConfig(image: "i"))
            }
            #expect(error?.outcomeUnknown == true, "cut after \(count): \(String(describing: error))")
        }
    }

    @Test("Garbage instead of HTTP is a protocol violation, not a value")
    func garbage() async throws {
        let rig = try Rig()
        rig.server.on("GET", "/info", .raw(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)))
        #expect(await failure { () async throws(DockerError) in try await rig.docker.info() }?.code == .protocolViolation)
        rig.server.on("GET", "/info", .reply(ScriptedReply(200, pieces: [Array("<html>proxy</html>".utf8)])))
        let error = await failure { () async throws(DockerError) in try await rig.docker.info() }
        #expect(error?.code == .protocolViolation)
        #expect(error?.engineMessage.contains("<html>proxy") == true)
        rig.server.on("GET", "/containers/*/json", .reply(.json(200, "{}")))
        #expect(await failure { () async throws(DockerError) in try await rig.docker.inspectContainer("a") }?.code == .protocolViolation)
        #expect(await failure { () async throws(DockerError) in try await rig.docker.containerState("a") }?.code == .protocolViolation)
        // What containers were given may be in it.
        rig.server.on("GET", "/containers/json", .reply(.json(200, #"{"Env":"PW=canary"}"#)))
        let told = await failure { () async throws(DockerError) in try await rig.docker.listContainers(all: true) }
        #expect(told?.code == .protocolViolation && told?.description.contains("canary") == false)
    }

    @Test("The head of a response is there before its body")
    func headFirst() async throws {
        let rig = try Rig()
        let gate = ScriptedGate()
        rig.server.on("POST", "/containers/*/wait", .holdBody(gate, .json(200, #"{"StatusCode":3}"#)))
        let wait = try await rig.docker.waitContainer("a", .nextExit)
        gate.open()
        #expect(try await wait.exitCode() == 3)
    }

    @Test("A cancelled call ends with .cancelled and closes its connection")
    func cancellation() async throws {
        let rig = try Rig()
        let gate = ScriptedGate()
        rig.server.on("GET", "/info", .hold(gate, .json(200, "{}")))
        let call = Task { await failure { () async throws(DockerError) in try await rig.docker.info() } }
        await rig.server.received("GET", "/info")
        call.cancel()
        #expect(await call.value?.code == .cancelled)
        // Cancelled before it began: nothing is sent.
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await failure { () async throws(DockerError) in try await rig.docker.listImages() }
        }
        #expect(await early.value?.code == .cancelled)
        #expect(rig.server.requests("GET", "/images/json").isEmpty)
    }

    @Test("Cancelling a reader of a body resumes it")
    func cancelledBody() async throws {
        let rig = try Rig()
        rig.server.on("GET", "/containers/*/logs", .holdBody(ScriptedGate(), .chunked([frame(1, "x")])))
        var options = LogOptions(follow: true)
        options.tty = false
        let frames = try await rig.docker.logs("a", options)
        let reader = Task { await failure { () async throws(DockerError) in for try await _ in frames {} } }
        reader.cancel()
        #expect(await reader.value?.code == .cancelled)
    }

    @Test("A thousand cancellations at random moments all end")
    func cancellationStorm() async throws {
        let rig = try Rig()
        rig.server.on("GET", "/info", .reply(.json(200, #"{"ID":"x"}"#)))
        await withTaskGroup(of: DockerError?.self) { group in
            for index in 0..<1000 {
                group.addTask {
                    let call = Task { await failure { () async throws(DockerError) in try await rig.docker.info() } }
                    for _ in 0..<(index % 7) { await Task.yield() }
                    call.cancel()
                    let error = await call.value
                    return error
                }
            }
            for await error in group where error != nil { #expect(error?.code == .cancelled, "\(String(describing: error))") }
        }
    }

    @Test("A body longer than the buffer waits for its reader and arrives whole")
    func backpressure() async throws {
        let rig = try Rig()
        var all: [UInt8] = []
        var pieces: [[UInt8]] = []
        for number in 0..<300 {
            let piece = (0..<(32 << 10)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
            pieces.append(piece)
            all += piece
        }
        rig.server.on("GET", "/containers/*/archive", .reply(.chunked(pieces)))
        let body = try await rig.docker.copyOut("a", path: "/x")
        var read: [UInt8] = []
        for try await chunk in body {
            read += chunk
            await Task.yield()
        }
        #expect(read == all)
    }

    @Test("A streamed upload arrives whole, and its producer's error reaches the caller")
    func upload() async throws {
        let rig = try Rig()
        rig.server.on("PUT", "/containers/*/archive", .reply(.empty(200)))
        let pieces = (0..<40).map { [UInt8](repeating: UInt8($0), count: 30_000) }
        let source = Pieces(pieces)
        try await rig.docker.copyIn("a", directory: "/", tar: ByteStream { () async throws(DockerError) in await source.next() })
        #expect(rig.server.requests("PUT", "/containers/a/archive").first?.body == pieces.flatMap { $0 })
        let error = await failure { () async throws(DockerError) in
            try await rig.docker.copyIn(
                "a", directory: "/",
                tar: ByteStream { () async throws(DockerError) in
                    throw DockerError(.badRequest, message: "no such file")
                })
        }
        #expect(error?.code == .badRequest)
    }

    @Test("An engine that accepts and says nothing is given up; a POST's outcome is unknown")
    func silence() async throws {
        let rig = try Rig(patience: .milliseconds(150))
        rig.server.on("POST", "/containers/*/kill", .hold(ScriptedGate(), .empty(204)))
        let error = await failure { () async throws(DockerError) in try await rig.docker.killContainer("a") }
        #expect(error?.code == .replyLost)
        rig.server.on("GET", "/events", .hold(ScriptedGate(), .empty(200)))
        var options = LogOptions()
        options.tty = false
        rig.server.on("GET", "/containers/*/logs", .hold(ScriptedGate(), .empty(200)))
        #expect(await failure { () async throws(DockerError) in try await rig.docker.logs("a", options) }?.code == .replyLost)
    }

    @Test("An engine that falls silent within a log or a pull is given up")
    func silenceInABody() async throws {
        let rig = try Rig(patience: .milliseconds(150))
        rig.server.on("GET", "/containers/*/logs", .holdBody(ScriptedGate(), .chunked([frame(1, "a\n")])))
        rig.server.on("GET", "/containers/*/json", .reply(.json(200, #"{"Id":"a","Config":{"Tty":false}}"#)))
        let log = await failure { () async throws(DockerError) in _ = try await rig.docker.logTail("a", lines: 5) }
        #expect(log?.code == .replyLost, "\(String(describing: log))")
        rig.server.on("POST", "/images/create", .holdBody(ScriptedGate(), .chunked([Array(#"{"status":"Pulling"}"#.utf8)])))
        let pull = await failure { () async throws(DockerError) in for try await _ in try await rig.docker.pullImage("a:1") {} }
        #expect(pull?.code == .replyLost, "\(String(describing: pull))")
    }

    @Test("An engine that never gives a connection over is given up, at once when nobody waits any more")
    func silentUpgrade() async throws {
        let rig = try Rig(patience: .milliseconds(150))
        rig.server.on("POST", "/containers/*/attach", .hold(ScriptedGate(), .empty(200)))
        let late = await failure { () async throws(DockerError) in try await rig.docker.attach("a", tty: true) }
        #expect(late?.code == .replyLost)

        let patient = try Rig()
        patient.server.on("POST", "/containers/*/attach", .hold(ScriptedGate(), .empty(200)))
        let attaching = Task { await failure { () async throws(DockerError) in try await patient.docker.attach("a", tty: true) } }
        await patient.server.received("POST", "/containers/*/attach")
        attaching.cancel()
        #expect(await attaching.value?.code == .cancelled)
    }

    @Test("Shutting down fails what is under way and a later request starts anew")
    func shutdown() async throws {
        let rig = try Rig()
        rig.server.on("GET", "/info", .hold(ScriptedGate(), .json(200, "{}")))
        rig.server.on("GET", "/images/json", .reply(.json(200, "[]")))
        let call = Task { await failure { () async throws(DockerError) in try await rig.docker.info() } }
        await rig.server.received("GET", "/info")
        rig.docker.engine.shutdown()
        #expect(await call.value?.code == .cancelled)
        #expect(try await rig.docker.listImages().isEmpty)
    }

    @Test("Missing, refusing and forbidden sockets are told apart")
    func unreachable() async throws {
        let server = try ScriptedEngine()
        let docker = Docker(host: try DockerHost(server.host), engine: CurlEngine())
        server.refuse()
        #expect(await failure { () async throws(DockerError) in try await docker.ping() }?.code == .unreachable(.refused))
        server.stop()
        let missing = await failure { () async throws(DockerError) in try await docker.ping() }
        #expect(missing?.code == .unreachable(.socketMissing))
        #expect(missing?.outcomeUnknown == false)
    }
}

actor Pieces {
    private var pieces: ArraySlice<[UInt8]>
    init(_ pieces: [[UInt8]]) { self.pieces = pieces[...] }
    func next() -> [UInt8]? { pieces.popFirst() }
}
