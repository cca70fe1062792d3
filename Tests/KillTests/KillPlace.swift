import FoundationEssentials
import Glibc
import Testing

/// A directory with the group's definition, its sources and its ledger.
struct KillPlace: Sendable {
    let directory: String
    let group: String

    var records: String { "\(directory)/.miniboss/\(group)" }

    /// An empty one. In memory where that can be: nobody pulls a plug here, so waiting for a disk would prove nothing.
    init(group: String) throws {
        self.group = group
        directory = try Self.newDirectory()
    }

    /// A copy, with the ledger as it is at this moment.
    init(copyOf other: KillPlace) throws {
        group = other.group
        directory = try Self.newDirectory()
        for name in try FileManager.default.contentsOfDirectory(atPath: other.directory) {
            try FileManager.default.copyItem(atPath: "\(other.directory)/\(name)", toPath: "\(directory)/\(name)")
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }

    func write(_ name: String, _ text: String) throws {
        try FileManager.default.createDirectory(atPath: "\(directory)/source", withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(name)"))
    }

    func read(_ name: String) -> String {
        FileManager.default.contents(atPath: "\(directory)/\(name)").map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private static func newDirectory() throws -> String {
        let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/miniboss-kill-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        return template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }
}
