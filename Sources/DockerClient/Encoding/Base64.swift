import FoundationEssentials

/// Base64 in the two alphabets Docker uses.
enum Base64 {
    static func encodeForURL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }

    static func decode(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map(Array.init) }
}
