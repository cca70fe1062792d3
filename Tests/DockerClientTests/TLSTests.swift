import Foundation
import Glibc
import Synchronization
import Testing

@testable import DockerClient

/// The engine named by the environment behind TLS, with a certificate authority of its own.
private func withRelay(_ body: (_ address: String, _ certificates: String) async throws -> Void) async throws {
    let directory = NSTemporaryDirectory() + "tls-\(UUID().uuidString)"
    let address = try script("start", directory).trimmingCharacters(in: .whitespacesAndNewlines)
    defer { _ = try? script("stop", directory) }
    try #require(address.hasPrefix("127.0.0.1:"), "scripts/tls-relay printed \(address)")
    try await body(address, directory)
}

private func script(_ word: String, _ directory: String) throws -> String {
    let root = try #require(#filePath.components(separatedBy: "/Tests/").first)
    // Foundation's Process would wait for the relay, which inherits what tells of the end.
    let status = system("'\(root)/scripts/tls-relay' \(word) '\(directory)' >'\(directory).out'")
    try #require(status == 0, "scripts/tls-relay \(word) failed")
    defer { unlink(directory + ".out") }
    return try String(contentsOfFile: directory + ".out", encoding: .utf8)
}

@Suite struct TLSTests {
    @Test("an engine behind TLS is reached with the certificates of DOCKER_CERT_PATH: calls, streams, and a connection taken over")
    func reached() async throws {
        try await withRelay { address, certificates in
            let docker = try Docker(environment: [
                "DOCKER_HOST": "tcp://\(address)", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": certificates,
            ])
            let info = try await docker.info()
            #expect(!info.id.isEmpty)
            let image = ProcessInfo.processInfo.environment["MINIBOSS_TEST_IMAGE"] ?? "miniboss-test/busybox:latest"
            var config = ContainerConfig(image: image)
            config.cmd = ["sh", "-c", "echo over TLS; sleep 1000"]
            config.network = "none"
            let id = try await docker.createContainer(name: "tls-" + UUID().uuidString.prefix(8).lowercased(), config).id
            do {
                _ = try await docker.startContainer(id)
                var lines = try await docker.logLines(id, LogOptions(follow: true)).makeAsyncIterator()
                #expect(try await lines.next()?.text == "over TLS")
                var command = ExecConfig(["head", "-n", "1"])
                command.standardInput = true
                let (exec, session) = try await docker.startInteractiveExec(id, command)
                // Left open: the relay takes the end of the input, which the engine's own clients send the same way, for a fault.
                var ends: [Int32] = [-1, -1]
                try #require(pipe(&ends) == 0)
                defer { for end in ends { close(end) } }
                try #require(write(ends[1], "said back\n", 10) == 10)
                let answer = Mutex<[UInt8]>([])
                try await session.pump(.descriptor(ends[0])) { frame in
                    answer.withLock { $0 += frame.bytes }
                    return nil
                }
                #expect(answer.withLock { String(decoding: $0, as: UTF8.self) } == "said back\n")
                #expect(try await docker.exitCode(ofExec: exec) == 0)
            } catch {
                try await docker.removeContainer(id, force: true)
                throw error
            }
            try await docker.removeContainer(id, force: true)
        }
    }

    @Test("no certificate, another authority, or no TLS at all: a clear error each, and no call gets through")
    func refused() async throws {
        try await withRelay { address, certificates in
            let bare = NSTemporaryDirectory() + "tls-\(UUID().uuidString)"
            let files = FileManager.default
            try files.createDirectory(atPath: bare, withIntermediateDirectories: false)
            defer { try? files.removeItem(atPath: bare) }
            func error(_ more: [String: String]) async throws -> DockerError? {
                let docker = try Docker(environment: ["DOCKER_HOST": "tcp://\(address)"].merging(more) { _, new in new })
                return await failure { () async throws(DockerError) in try await docker.info() }
            }
            try files.copyItem(atPath: certificates + "/ca.pem", toPath: bare + "/ca.pem")
            let anonymous = try await error(["DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": bare])
            #expect(anonymous != nil && anonymous?.status == nil, "\(String(describing: anonymous))")

            // A certificate authority that did not sign the engine's certificate.
            try files.removeItem(atPath: bare + "/ca.pem")
            try files.copyItem(atPath: certificates + "/cert.pem", toPath: bare + "/ca.pem")
            let stranger = try await error(["DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": bare])
            #expect(stranger?.code == .tls, "\(String(describing: stranger))")
            #expect(stranger?.description.contains("no secure connection") == true)

            let plain = try await error([:])
            #expect(plain != nil && plain?.status == nil, "\(String(describing: plain))")
        }
    }
}
