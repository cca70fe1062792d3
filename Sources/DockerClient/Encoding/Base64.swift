import FoundationEssentials

/// Base64 in the two alphabets Docker uses.
enum Base64 {
    static func encodeForURL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }

    static func decode(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map(Array.init) }

    /// What a word of either alphabet may decode to, wherever in it the encoded text begins; nothing for a short one.
    static func decodings(of word: Substring) -> [String] {
        guard word.count >= 8 else { return [] }
        let standard = word.replacing("-", with: "+").replacing("_", with: "/")
        return (0..<4).compactMap { offset in
            let text = standard.dropFirst(offset)
            let whole = text.dropLast(text.count % 4 == 1 ? 1 : 0)
            return decode(whole + String(repeating: "=", count: (4 - whole.count % 4) % 4)).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
