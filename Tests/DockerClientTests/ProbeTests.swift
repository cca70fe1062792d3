import Foundation
import TestSupport
import Testing

@testable import DockerClient

@Suite("Probes of published ports")
struct ProbeTests {
    @Test("An HTTP probe gives the status, or a few words")
    func http() async throws {
        let server = try ScriptedEngine(.tcp)
        server.on("GET", "/health", .reply(.empty(503)), .reply(.empty(200)))
        server.on("GET", "/close", .close)
        server.on("GET", "/hang", .hold(ScriptedGate(), .empty(200)))
        server.on("GET", "/noise", .raw(Array("+OK redis\r\n".utf8)))
        server.on("GET", "/moved", .reply(ScriptedReply(302, headers: ["Location": "http://127.0.0.1:1/"])))
        let port = server.port
        #expect(await HTTPProbe(port: port, path: "/health").attempt() == .status(503))
        #expect(await HTTPProbe(port: port, path: "/health").attempt() == .status(200))
        #expect(await HTTPProbe(port: port, path: "moved").attempt() == .status(302))
        #expect(await HTTPProbe(port: port, path: "/close").attempt() == .failure("connection closed before an answer"))
        #expect(await HTTPProbe(port: port, path: "/noise").attempt() == .failure("the answer is not HTTP"))
        server.on("GET", "/a b", .reply(.empty(204)))
        #expect(await HTTPProbe(port: port, path: "/a b").attempt() == .status(204))
        #expect(await HTTPProbe(port: port, path: "/a%20b").attempt() == .status(204))
        #expect(
            await HTTPProbe(port: port, path: "/hang", timeout: .milliseconds(50)).attempt() == .failure("no answer within 0.05 seconds"))
        server.stop()
        #expect(await HTTPProbe(port: port).attempt() == .failure("connection refused"))
    }

    @Test("A TCP probe wants a connection that stays open, or a word from the service")
    func tcp() async throws {
        let server = try ScriptedEngine(.tcp)
        #expect(await TCPProbe(port: server.port).attempt() == nil)
        let port = server.port
        server.stop()
        #expect(await TCPProbe(port: port).attempt() == "connection refused")
        #expect(await TCPProbe(port: 0).attempt() == "0 is no port")
        let closing = try ClosingServer()
        #expect(await TCPProbe(port: closing.port, hold: .seconds(5)).attempt() == "connection closed at once")
    }

    @Test("Where the network's bridge is on this machine the container's own end decides, not the engine's proxy")
    func containerEnd() async throws {
        let open = try ScriptedEngine(.tcp)
        let gone = try ScriptedEngine(.tcp)
        let free = gone.port
        gone.stop()
        try await withDirectory { interfaces in
            try FileManager.default.createDirectory(atPath: "\(interfaces)/br-0123456789ab", withIntermediateDirectories: false)
            func end(_ port: Int, networkID: String = "0123456789abcdef") -> TCPProbe.ContainerEnd? {
                var container = ContainerInspect()
                container.networks["n"] = ContainerNetwork()
                container.networks["n"]?.address = "127.0.0.1"
                container.networks["n"]?.networkID = networkID
                return TCPProbe.ContainerEnd(container, port: port, interfaces: interfaces)
            }
            #expect(await TCPProbe(port: open.port, containerEnd: end(free)).attempt() == "connection refused")
            #expect(await TCPProbe(port: free, containerEnd: end(open.port)).attempt() == nil)
            // Another machine's network may have the same addresses.
            #expect(await TCPProbe(port: open.port, containerEnd: end(free, networkID: "ffff456789abcdef")).attempt() == nil)
        }
    }
}
