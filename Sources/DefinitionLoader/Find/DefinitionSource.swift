internal import Digest
internal import Glibc

/// The bytes of a definition and its helpers, the definition first.
struct DefinitionSource: Equatable {
    struct File: Equatable {
        /// Absolute, as the compiler's messages are to show it.
        let path: String
        let bytes: [UInt8]

        /// What the compiler reads: a hash-bang line is made a comment of the same length, since Swift allows it in main files only.
        var compiledBytes: [UInt8] {
            guard bytes.starts(with: Array("#!".utf8)) else { return bytes }
            return Array("//".utf8) + bytes.dropFirst(2)
        }
    }

    let files: [File]

    /// All that a definition can have.
    static let hooks = ["preStart", "ping", "postStart", "preStop", "onStartServices", "onStopServices", "onReloadService"]

    /// The hooks whose names are somewhere in the text: no other can have been written.
    var mentionedHooks: [String] {
        let texts = files.map { String(decoding: $0.bytes, as: UTF8.self) }
        return Self.hooks.filter { name in texts.contains { $0.withCString { Self.mentions($0, name) } } }
    }

    /// Whether a word stands in a text by itself: in `mapping` is no `ping`.
    private static func mentions(_ text: UnsafePointer<CChar>, _ word: String) -> Bool {
        func isOfName(_ byte: CChar) -> Bool { byte < 0 || isalnum(Int32(byte)) != 0 || byte == CChar(UInt8(ascii: "_")) }
        var rest = text
        while let place = strstr(rest, word) {
            let isBegun = place > text && isOfName(place[-1])
            if !isBegun, !isOfName(place[word.utf8.count]) { return true }
            rest = UnsafePointer(place + 1)
        }
        return false
    }

    /// Hex SHA-256 of the definition's own bytes.
    var definitionHash: String { Hex.encode(SHA256.hash(files.first?.bytes ?? [])) }
}
