import FoundationEssentials

/// The JSON objects of a streamed answer, one a line; `json-seq` separators and blank lines are skipped.
struct JSONLines<Value: Decodable & Sendable>: Sendable {
    /// Longer than any progress object; a build may print long lines.
    private static var longestLine: Int { 16 << 20 }

    private let body: HTTPBody
    private var framing: LineFraming
    private var ready: ArraySlice<LineFraming.Line> = []
    private var ended = false

    init(body: HTTPBody) {
        self.body = body
        framing = LineFraming(limit: Self.longestLine)
    }

    /// The next object, nil at a clean end.
    ///
    /// - Throws: `.truncated` when the stream ends inside an object, `.protocolViolation` for what is no JSON.
    mutating func next() async throws(DockerError) -> Value? {
        while true {
            while let line = ready.popFirst() {
                if let value = try decode(line, last: ended && ready.isEmpty) { return value }
            }
            if ended { return nil }
            if let chunk = try await body.lease.exchange.nextChunk() {
                ready = framing.add(chunk)[...]
            } else {
                ended = true
                if let rest = framing.finish() { ready = [rest] }
            }
        }
    }

    private func decode(_ line: LineFraming.Line, last: Bool) throws(DockerError) -> Value? {
        let bytes = line.bytes.filter { $0 != 0x1e }
        guard bytes.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return nil }
        let exchange = body.lease.exchange
        guard line.dropped == 0 else { throw exchange.error(.protocolViolation, "a line of more than \(Self.longestLine) bytes") }
        do {
            return try JSONDecoder().decode(Value.self, from: Data(bytes))
        } catch {
            // Only the last line can lack its newline: there, half an object is a cut stream.
            if last, bytes.last != UInt8(ascii: "}") { throw exchange.error(.truncated, "the stream ended inside an object") }
            throw exchange.error(.protocolViolation, "not the expected JSON: \(Excerpt.text(bytes))")
        }
    }
}
