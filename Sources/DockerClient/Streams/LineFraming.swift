/// Splits bytes at newlines, however they were cut on the way, holding at most `limit` bytes of an unfinished line.
struct LineFraming: Sendable {
    struct Line: Sendable, Equatable {
        /// Without the newline and a carriage return before it.
        var bytes: [UInt8]
        /// Bytes of the line beyond the limit, which are gone.
        var dropped = 0
    }

    let limit: Int
    private var pending: [UInt8] = []
    private var dropped = 0

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ bytes: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var rest = bytes[...]
        while let newline = rest.firstIndex(of: 0x0a) {
            hold(rest[..<newline])
            lines.append(take())
            rest = rest[(newline + 1)...]
        }
        hold(rest)
        return lines
    }

    /// What follows the last newline, nil when that is nothing.
    mutating func finish() -> Line? {
        pending.isEmpty && dropped == 0 ? nil : take()
    }

    private mutating func hold(_ bytes: ArraySlice<UInt8>) {
        let room = max(0, limit - pending.count)
        pending += bytes.prefix(room)
        dropped += max(0, bytes.count - room)
    }

    private mutating func take() -> Line {
        if pending.last == 0x0d, dropped == 0 { pending.removeLast() }
        defer {
            pending = []
            dropped = 0
        }
        return Line(bytes: pending, dropped: dropped)
    }
}
