import FoundationEssentials
import Glibc
import Testing

/// A directory with the group's definition, its sources and its ledger.
struct KillPlace: Sendable {
    let directory: String
    let group: String

    var records: String { "\(directory)/.miniboss/\(group)" }

    init(_ directory: String, group: String) throws {
        self.directory = directory
        self.group = group
        try? FileManager.default.removeItem(atPath: directory)
        try FileManager.default.createDirectory(atPath: "\(directory)/source", withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }

    /// A copy of everything, with the ledger as it is at this moment; what was in `directory` goes.
    func copy(to directory: String) throws -> KillPlace {
        let copy = try KillPlace(directory, group: group)
        for name in [".miniboss", "source", "Miniboss.swift"] where FileManager.default.fileExists(atPath: "\(self.directory)/\(name)") {
            try? FileManager.default.removeItem(atPath: "\(directory)/\(name)")
            try FileManager.default.copyItem(atPath: "\(self.directory)/\(name)", toPath: "\(directory)/\(name)")
        }
        return copy
    }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(name)"))
    }

    func read(_ name: String) -> String {
        FileManager.default.contents(atPath: "\(directory)/\(name)").map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
