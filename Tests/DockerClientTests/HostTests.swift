import Digest
import Foundation
import Testing

@testable import DockerClient

@Suite("Hosts and contexts")
struct HostTests {
    @Test(
        "Hosts that can be spoken to",
        arguments: [
            ("unix:///run/d.sock", DockerHost.Address.unix(path: "/run/d.sock")),
            ("tcp://10.0.0.1", .tcp(authority: "10.0.0.1:2375", prefix: "", tls: nil)),
            ("tcp://h:99/a/", .tcp(authority: "h:99", prefix: "/a", tls: nil)),
            ("tcp://[::1]:99", .tcp(authority: "[::1]:99", prefix: "", tls: nil)),
            ("http://h:80", .tcp(authority: "h:80", prefix: "", tls: nil)),
            ("https://h", .tcp(authority: "h:2376", prefix: "", tls: TLSIdentity(verifies: true))),
        ])
    func good(text: String, address: DockerHost.Address) throws {
        #expect(try DockerHost(text).address == address)
    }

    @Test(
        "Published ports are where the engine is",
        arguments: [
            ("unix:///run/d.sock", "127.0.0.1"), ("tcp://10.0.0.1", "10.0.0.1"), ("tcp://localhost:99/a/", "127.0.0.1"),
            ("tcp://[::1]:99", "::1"), ("https://h.example", "h.example"),
        ])
    func published(text: String, host: String) throws {
        #expect(try DockerHost(text).publishedHost == host)
    }

    @Test(
        "Hosts that cannot are refused with what to do",
        arguments: [
            ("ssh://me@host", "ssh -L"), ("fd://", "listen"), ("npipe:////./pipe/docker", "Windows"),
            ("/var/run/docker.sock", "unix:///path"),
            ("unix://relative", "absolute"), ("unix://", "absolute"), ("unix:///" + String(repeating: "x", count: 107), "107"),
            ("tcp://", "tcp://host:port"), ("tcp://h:0", "tcp://host:port"), ("tcp://h:65536", "tcp://host:port"),
            ("tcp://h:x", "tcp://host:port"), ("tcp://a b:1", "tcp://host:port"), ("gopher://h", "unknown scheme"),
        ])
    func bad(text: String, hint: String) async {
        let error = await failure { () async throws(DockerError) in try DockerHost(text) }
        #expect(error?.code == .unsupportedHost)
        #expect(error?.description.contains(hint) == true, "\(String(describing: error))")
    }

    @Test(
        "B54: a password in an address is in no error",
        arguments: [
            "tcp://user:hunter2@h:1", "ssh://user:hunter2@h", "tcp://h:1?token=hunter2", "https://user:hunter2@h:1/x", "oops://u:hunter2@h",
        ])
    func passwords(text: String) {
        let error = #expect(throws: DockerError.self) { try DockerHost(text) }
        #expect(error?.description.contains("hunter2") == false, "\(String(describing: error))")
    }

    @Test("DOCKER_HOST goes before DOCKER_CONTEXT, that before the current context, that before the standard socket")
    func order() async throws {
        try await withDirectory { home in
            let base = ["HOME": home]
            #expect(try DockerHost.resolve(environment: base) == .standard)
            try context("work", host: "tcp://work:1", home: home)
            try context("play", host: "unix:///play.sock", home: home)
            try write(#"{"currentContext":"work"}"#, to: home + "/.docker/config.json")
            #expect(try DockerHost.resolve(environment: base).description == "tcp://work:1")
            let play = base.merging(["DOCKER_CONTEXT": "play"]) { $1 }
            #expect(try DockerHost.resolve(environment: play).socketPath == "/play.sock")
            #expect(try DockerHost.resolve(environment: play.merging(["DOCKER_HOST": "unix:///h.sock"]) { $1 }).socketPath == "/h.sock")
            #expect(try DockerHost.resolve(environment: base.merging(["DOCKER_CONTEXT": "default"]) { $1 }) == .standard)
            #expect(try DockerHost.resolve(environment: play.merging(["DOCKER_HOST": ""]) { $1 }).socketPath == "/play.sock")
            let stale = await failure { () async throws(DockerError) in
                try DockerHost.resolve(environment: base.merging(["DOCKER_CONTEXT": "gone"]) { $1 })
            }
            #expect(stale?.code == .unsupportedHost && stale?.description.contains("gone") == true)
        }
    }

    @Test("TLS files come from DOCKER_CERT_PATH, or from the context's own folder")
    func tls() async throws {
        try await withDirectory { home in
            for name in ["ca", "cert", "key"] { try write("x", to: "\(home)/certs/\(name).pem") }
            let environment = ["DOCKER_HOST": "tcp://h:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": home + "/certs"]
            let identity = TLSIdentity(
                authority: home + "/certs/ca.pem", certificate: home + "/certs/cert.pem", key: home + "/certs/key.pem", verifies: true)
            #expect(try DockerHost.resolve(environment: environment).address == .tcp(authority: "h:2376", prefix: "", tls: identity))
            #expect(
                try DockerHost.resolve(environment: ["DOCKER_HOST": "tcp://h:1"]).address == .tcp(authority: "h:1", prefix: "", tls: nil))
            try context("safe", host: "tcp://safe:2376", home: home)
            let folder = "\(home)/.docker/contexts/tls/\(id("safe"))/docker"
            try write("x", to: folder + "/ca.pem")
            let resolved = try DockerHost.resolve(environment: ["HOME": home, "DOCKER_CONTEXT": "safe"])
            let own = TLSIdentity(authority: folder + "/ca.pem", certificate: nil, key: nil, verifies: true)
            #expect(resolved.address == .tcp(authority: "safe:2376", prefix: "", tls: own))
        }
    }

    private func id(_ name: String) -> String {
        SHA256.hash(Array(name.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    private func context(_ name: String, host: String, home: String) throws {
        try write(
            #"{"Name":"\#(name)","Metadata":{},"Endpoints":{"docker":{"Host":"\#(host)","SkipTLSVerify":false}}}"#,
            to: "\(home)/.docker/contexts/meta/\(id(name))/meta.json")
    }

    @Test(
        "Engine times are read to the nanosecond",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-23T10:11:12.345678901Z", 1_795_428_672_345_678_901),
            ("2026-11-23T12:11:12.5+02:00", 1_795_428_672_500_000_000), ("2024-02-29T23:59:59Z", 1_709_251_199_000_000_000),
        ])
    func times(text: String, nanoseconds: Int) throws {
        #expect(EngineTime(text)?.nanoseconds == nanoseconds)
        #expect(EngineTime("0001-01-01T00:00:00Z") == nil)
        #expect(EngineTime("yesterday, at about noon") == nil)
        #expect(EngineTime(nanoseconds: 1_000_000_005).description == "1.000000005")
    }
}
