/// The beginning of bytes nobody expected, fit for a message.
enum Excerpt {
    static func text(_ bytes: [UInt8], limit: Int = 200) -> String {
        let scalars = String(decoding: bytes.prefix(limit), as: UTF8.self).unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? " " : String(scalar)
        }
        return scalars.joined() + (bytes.count > limit ? "…" : "")
    }
}
