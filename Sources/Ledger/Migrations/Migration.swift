import Digest

/// One step of the schema: a file of `migrations/`.
struct Migration: Sendable {
    let number: Int
    /// The file's name without its extension.
    let name: String
    let sql: String

    /// SHA-256 of the file in hexadecimal, by which a ledger remembers what was applied to it.
    var checksum: String { Hex.encode(SHA256.hash(sql.utf8)) }

    /// `PRAGMA schema_version` of a ledger whose schema only these have changed.
    static let changes = 22
    /// How many entries its `sqlite_schema` has.
    static let objects = 22
}
