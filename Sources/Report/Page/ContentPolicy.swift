import Digest

/// What the page may load: its own style and script, known by their hashes, and nothing from anywhere.
enum ContentPolicy {
    static func text(style: String, script: String) -> String {
        [
            "default-src 'none'", "style-src '\(hash(style))'", "script-src '\(hash(script))'", "img-src data:", "base-uri 'none'",
            "form-action 'none'",
        ].joined(separator: "; ")
    }

    private static func hash(_ text: String) -> String { "sha256-\(base64(SHA256.hash(text.utf8)))" }

    /// RFC 4648, with padding.
    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                out.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : 0x3D)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
