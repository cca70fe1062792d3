import Glibc
import TestSupport

@testable import Ledger

/// A directory of its own for one test, which goes with the value.
final class Scratch: Sendable {
    private let place = TemporaryDirectory("ledger")
    var root: String { place.path }
    /// The group's directory, not made yet.
    var directory: String { root + "/.miniboss/group" }
    var path: String { directory + "/ledger.sqlite" }

    func writer(pid: Int = Int(getpid()), upcaster: Upcaster = Upcaster(), patience: @escaping @Sendable (Int) -> Bool = { $0 < 10 }) throws
        -> LedgerWriter
    {
        let holder = LockHolder(pid: pid, command: "start", startedAt: "2026-01-01T00:00:00.000000000Z")
        return try LedgerWriter.open(directory: directory, holder: holder, upcaster: upcaster, patience: patience)
    }

    func reader(upcaster: Upcaster = Upcaster()) throws -> LedgerReader {
        try LedgerReader(directory: directory, upcaster: upcaster)
    }

    /// A reader that does not refuse a ledger for having lost its newest events.
    func whatIsLeft() throws -> LedgerReader {
        try LedgerReader(directory: directory, checksHead: false)
    }

    /// A connection as somebody else's program would have it.
    func stranger() throws -> Connection {
        try Connection(path: path, access: .readWrite)
    }

    /// The names in the group's directory.
    func files() -> Set<String> {
        TemporaryDirectory.names(in: directory)
    }
}

/// Whole files, for tests that damage them.
enum Bytes {
    static func read(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    static func write(_ bytes: [UInt8], to path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            offset += count
        }
    }
}

/// The error with which `body` fails; `nil` when it does not.
func refusal<Output>(_ body: () throws -> Output) -> LedgerError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? LedgerError
    }
}
