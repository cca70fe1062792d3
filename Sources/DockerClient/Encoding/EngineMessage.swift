import FoundationEssentials

/// The engine's words in the body of an error status: `{"message": "…"}`, or text from a proxy, or nothing.
enum EngineMessage {
    private struct Body: Decodable { var message: String }

    static func text(_ bytes: [UInt8]) -> String {
        if let body = try? JSONDecoder().decode(Body.self, from: Data(bytes)) { return body.message }
        return Excerpt.text(bytes)
    }
}
