import Foundation
import TestSupport
import Testing

@testable import DockerClient

/// A client of a scripted engine, with a curl thread of its own.
struct Rig {
    let server: ScriptedEngine
    let docker: Docker

    init(version: APIVersion? = APIVersion(1, 41), patience: Duration = .seconds(60), registry: RegistryCredentials = .none) throws {
        server = try ScriptedEngine()
        docker = Docker(
            host: try DockerHost(server.host), apiVersion: version, registry: registry, patience: patience, engine: CurlEngine())
    }
}

/// The error a call throws.
func failure<Value>(_ body: () async throws(DockerError) -> Value) async -> DockerError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}

/// A generator whose seed is printed, so that a failure can be repeated with `MINIBOSS_TEST_SEED`.
struct PrintedSeed: RandomNumberGenerator {
    private var numbers: SeededGenerator

    init(_ test: String) {
        let given = ProcessInfo.processInfo.environment["MINIBOSS_TEST_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 1...(1 << 32))
        numbers = SeededGenerator(seed: seed)
        print("\(test): seed \(seed)")
    }

    mutating func next() -> UInt64 { numbers.next() }

    /// The same bytes in pieces of random sizes, some of them single bytes.
    mutating func pieces(_ bytes: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let size = Bool.random(using: &self) ? 1 : Int.random(in: 1...40, using: &self)
            pieces.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return pieces
    }
}

/// A directory that is gone after the test.
func withDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let directory = TemporaryDirectory("client")
    defer { withExtendedLifetime(directory) {} }
    return try await body(directory.path)
}

func write(_ text: String, to path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
}

func frame(_ stream: UInt8, _ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    let size = UInt32(bytes.count)
    return [stream, 0, 0, 0, UInt8(size >> 24), UInt8(size >> 16 & 255), UInt8(size >> 8 & 255), UInt8(size & 255)] + bytes
}
