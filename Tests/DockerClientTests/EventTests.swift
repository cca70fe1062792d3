import TestSupport
import Testing

@testable import DockerClient

@Suite("Events and execs against a scripted engine")
struct EventTests {
    private func event(_ time: Int, _ action: String, _ id: String = "c") -> String {
        #"{"Type":"container","Action":"\#(action)","Actor":{"ID":"\#(id)","Attributes":{"name":"n","exitCode":"3"}},"time":\#(time / 1_000_000_000),"timeNano":\#(time)}"#
            + "\n"
    }

    @Test("A broken stream is taken up at the last event, and nothing is told twice")
    func resumption() async throws {
        let rig = try Rig()
        let first = event(5_000_000_001, "create") + event(5_000_000_002, "start")
        let second = event(5_000_000_002, "start") + event(5_000_000_002, "start", "other") + event(6_000_000_000, "die")
        var random = PrintedSeed("resumption")
        rig.server.on(
            "GET", "/events", .cutBody(.chunked(random.pieces(Array(first.utf8)) + [[UInt8](repeating: 32, count: 50)]), after: 2000),
            .close, .reply(.error(503, "shutting down")), .reply(.chunked(random.pieces(Array(second.utf8)))),
            .hold(ScriptedGate(), .empty(200)))
        var seen: [String] = []
        for try await notice in try await rig.docker.events(since: EngineTime(nanoseconds: 5_000_000_000)) {
            switch notice {
            case .watching: seen.append("watching")
            case .event(let event): seen.append("\(event.action) \(event.id)")
            }
            if seen.last?.hasPrefix("die") == true { break }
        }
        #expect(seen == ["watching", "create c", "start c", "watching", "start other", "die c"])
        #expect(
            rig.server.requests("GET", "/events").map { $0.query["since"] } == [
                ["5.000000000"], ["5.000000002"], ["5.000000002"], ["5.000000002"],
            ])
    }

    @Test("An engine that came back and stayed is lost anew, though nothing happened on it meanwhile")
    func quiet() async throws {
        let rig = try Rig()
        let patience = Duration.milliseconds(300)
        let gates = [ScriptedGate(), ScriptedGate()]
        rig.server.on(
            "GET", "/events", .holdBody(gates[0], .chunked([])), .holdBody(gates[1], .chunked([])),
            .reply(.chunked([Array(event(6_000_000_000, "die").utf8)])))
        var watching = 0
        let clock = ContinuousClock()
        events: for try await notice in try await rig.docker.events(since: EngineTime(nanoseconds: 5_000_000_000), patience: patience) {
            guard case .watching = notice else { break events }
            if watching < 2 {
                // Longer than it would be waited for.
                let gate = gates[watching]
                Task {
                    try await clock.sleep(for: patience * 2)
                    gate.open()
                }
            }
            watching += 1
        }
        #expect(watching == 3)
    }

    @Test("Without a moment to begin at, the engine's own clock is asked; filters are sent as JSON")
    func clock() async throws {
        let rig = try Rig()
        rig.server.on("GET", "/info", .reply(.json(200, #"{"SystemTime":"2026-11-23T10:11:12.345678901Z"}"#)))
        rig.server.on("GET", "/events", .reply(.chunked([Array(event(1_795_428_673_000_000_000, "die").utf8)])))
        let events = try await rig.docker.events(filters: ["label": ["a=b"]])
        for try await case .event(let event) in events {
            #expect(event.exitCode == 3 && event.name == "n")
            break
        }
        let request = try #require(rig.server.requests("GET", "/events").first)
        #expect(request.query["since"] == ["1795428672.345678901"])
        #expect(request.query["filters"] == [#"{"label":["a=b"]}"#])
    }

    @Test("An engine that stays away ends the events with an error")
    func gone() async throws {
        let rig = try Rig()
        rig.server.stop()
        let error = await failure { () async throws(DockerError) in
            for try await _ in try await rig.docker.events(since: EngineTime(nanoseconds: 0), patience: .zero) {}
        }
        #expect(error?.code == .unreachable(.socketMissing))
    }

    @Test("An exit code that is not known yet is not taken for 0")
    func exec() async throws {
        let rig = try Rig()
        rig.server.on("POST", "/containers/*/exec", .reply(.json(201, #"{"Id":"e"}"#)))
        rig.server.on(
            "POST", "/exec/*/start", .reply(ScriptedReply(200, pieces: [frame(1, "out") + frame(2, "err")], framing: .untilClose)))
        rig.server.on(
            "GET", "/exec/*/json", .reply(.json(200, #"{"Running":false,"ExitCode":null,"Pid":0}"#)),
            .reply(.json(200, #"{"Running":true,"ExitCode":null}"#)), .reply(.json(200, #"{"Running":false,"ExitCode":7}"#)))
        let result = try await rig.docker.exec("a", ExecConfig(["x"]))
        #expect(result == ExecResult(exitCode: 7, output: Array("out".utf8), errorOutput: Array("err".utf8), dropped: 0))
        let small = try await rig.docker.exec("a", ExecConfig(["x"]), outputLimit: 1)
        #expect(small.output == Array("o".utf8) && small.dropped == 4)
    }

    @Test("A container's wish is encoded as the engine reads it")
    func config() async throws {
        let rig = try Rig()
        rig.server.on("POST", "/containers/create", .reply(.json(201, #"{"Id":"x","Warnings":null}"#)))
        var config = ContainerConfig(image: "i")
        config.entrypoint = []
        config.portBindings = [.init(containerPort: 80, hostPort: 0), .init(containerPort: 81, hostPort: 8081, hostAddress: "127.0.0.1")]
        config.mounts = [.init(kind: .volume, source: "data", target: "/d", readOnly: true)]
        config.network = "net"
        config.aliases = ["db"]
        _ = try await rig.docker.createContainer(name: "n", config)
        let text = try #require(rig.server.requests("POST", "/containers/create").first?.text)
        for part in [
            #""Entrypoint":[]"#, #""80/tcp":[{"HostIp":"","HostPort":""}]"#, #""81/tcp":[{"HostIp":"127.0.0.1","HostPort":"8081"}]"#,
            #""ExposedPorts":{"80/tcp":{},"81/tcp":{}}"#, #"{"ReadOnly":true,"Source":"data","Target":"/d","Type":"volume"}"#,
            #""NetworkMode":"net""#, #""EndpointsConfig":{"net":{"Aliases":["db"]}}"#,
        ] { #expect(text.contains(part), "\(part) in \(text)") }
        #expect(!text.contains("\"Cmd\""))
    }

    @Test("An inspect with nulls and unknown fields is read")
    func lenient() async throws {
        let rig = try Rig()
        rig.server.on(
            "GET", "/containers/*/json",
            .reply(
                .json(
                    200,
                    #"""
                    {"Id":"1","Name":"/n","Image":"sha256:2","New":{"a":[1]},"Config":{"Env":null,"Cmd":null,"Labels":null,"Entrypoint":["a"],"ExposedPorts":{"80/tcp":{}}},
                    "State":{"Status":"exited","ExitCode":137,"OOMKilled":true,"Health":{"Status":"unhealthy","Log":[{"ExitCode":1,"Output":"no"}]}},
                    "NetworkSettings":{"Ports":{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"}],"81/tcp":null},"Networks":{"net":{"Aliases":null,"NetworkID":"9"}}},
                    "HostConfig":{"PortBindings":null,"Binds":null},"Mounts":[{"Type":"bind","Source":"/s","Destination":"/t","RW":false}]}
                    """#)), .reply(.json(200, #"{"Id":"1"}"#)))
        let container = try await rig.docker.inspectContainer("1")
        #expect(container.name == "n" && container.hostPort(80) == 8080 && container.hostPort(81) == nil)
        #expect(container.state.oomKilled && container.state.health?.log.first?.output == "no")
        #expect(container.config.entrypoint == ["a"] && container.config.cmd == nil && container.networks["net"]?.networkID == "9")
        #expect(container.mounts.first?.writable == false)
        var bare = ContainerInspect()
        bare.id = "1"
        #expect(try await rig.docker.inspectContainer("1") == bare)
    }
}
