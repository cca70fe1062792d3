import Digest

/// One step of the schema: a file of `migrations/`.
struct Migration: Sendable {
    let number: Int
    /// The file's name without its extension.
    let name: String
    let sql: String

    /// SHA-256 of the file in hexadecimal, by which a ledger remembers what was applied to it.
    var checksum: String { Hex.encode(SHA256.hash(sql.utf8)) }

    /// How many triggers all of them make; none takes one away.
    static let triggerCount = all.reduce(0) { $0 + $1.sql.split(separator: "\n").count { $0.hasPrefix("CREATE TRIGGER ") } }
}
