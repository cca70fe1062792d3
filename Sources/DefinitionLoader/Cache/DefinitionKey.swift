internal import Digest

/// What an executable is kept under: equal keys mean equal programs.
struct DefinitionKey: Equatable {
    /// 64 hexadecimal digits; names the cache's entry.
    let text: String
    /// The same without the toolchain, for when none is found.
    let contentText: String

    /// Raised when entries of an older launcher must not be used.
    private static let scheme = "1"

    init(source: DefinitionSource, kit: Kit, flags: [String], toolchainIdentity: String) {
        // The kit's place is baked into the executable, and the definition's into `#filePath`.
        var parts: [[UInt8]] = [Self.scheme, kit.directory, kit.buildID].map { Array($0.utf8) }
        for file in source.files { parts += [Array(file.path.utf8), file.bytes] }
        contentText = Self.digest(parts)
        parts.append(Array(toolchainIdentity.utf8))
        parts += flags.map { Array($0.utf8) }
        text = Self.digest(parts)
    }

    /// Each part with its length before it: no two lists of parts read alike.
    private static func digest(_ parts: [[UInt8]]) -> String {
        var digest = SHA256()
        for part in parts {
            digest.update(Array("\(part.count):".utf8))
            digest.update(part)
        }
        return Hex.encode(digest.finalize())
    }
}
