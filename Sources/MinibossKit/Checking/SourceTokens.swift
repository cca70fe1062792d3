/// Names and punctuation of a Swift source text; comments and the insides of string literals are left out.
struct SourceTokens {
    struct Token: Equatable {
        let text: String
        /// Counted from 1.
        let line: Int
        let isName: Bool
    }

    private(set) var tokens: [Token] = []
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1

    init(_ text: String) {
        bytes = Array(text.utf8)
        if bytes.starts(with: Array("#!".utf8)) { skipLine() }
        while index < bytes.count { step() }
    }

    private func byte(_ offset: Int = 0) -> UInt8 {
        index + offset < bytes.count ? bytes[index + offset] : 0
    }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where index < bytes.count {
            if bytes[index] == UInt8(ascii: "\n") { line += 1 }
            index += 1
        }
    }

    private mutating func step() {
        switch (byte(), byte(1)) {
        case (UInt8(ascii: "/"), UInt8(ascii: "/")): skipLine()
        case (UInt8(ascii: "/"), UInt8(ascii: "*")): skipBlockComment()
        case (UInt8(ascii: "\""), _): skipString(hashes: 0)
        case (UInt8(ascii: "#"), _):
            let hashes = hashCount(from: 0)
            if byte(hashes) == UInt8(ascii: "\"") {
                advance(hashes)
                skipString(hashes: hashes)
            } else {
                advance(hashes)
            }
        case (UInt8(ascii: "`"), _): advance()
        case (let first, _) where Self.isNameByte(first): readName()
        case (let first, _):
            if first > UInt8(ascii: " ") { tokens.append(Token(text: String(UnicodeScalar(first)), line: line, isName: false)) }
            advance()
        }
    }

    private mutating func readName() {
        let start = index
        while index < bytes.count, Self.isNameByte(bytes[index]) { index += 1 }
        let isNumber = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[start])
        tokens.append(Token(text: String(decoding: bytes[start..<index], as: UTF8.self), line: line, isName: !isNumber))
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    private mutating func skipLine() {
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                depth += 1
                advance(2)
            } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                advance(2)
            } else {
                advance()
            }
        } while depth > 0 && index < bytes.count
    }

    private func hashCount(from offset: Int) -> Int {
        var count = 0
        while byte(offset + count) == UInt8(ascii: "#") { count += 1 }
        return count
    }

    private func isQuotes(_ count: Int) -> Bool {
        (0..<count).allSatisfy { byte($0) == UInt8(ascii: "\"") }
    }

    private mutating func skipString(hashes: Int) {
        let quotes = isQuotes(3) ? 3 : 1
        advance(quotes)
        while index < bytes.count {
            if isQuotes(quotes), hashCount(from: quotes) >= hashes {
                advance(quotes + hashes)
                return
            }
            // An unclosed literal ends with its line: better one odd token than the rest of the file lost.
            if quotes == 1, byte() == UInt8(ascii: "\n") { return }
            guard byte() == UInt8(ascii: "\\"), hashCount(from: 1) >= hashes else {
                advance()
                continue
            }
            advance(1 + hashes)
            if byte() == UInt8(ascii: "(") { skipInterpolation() } else { advance() }
        }
    }

    private mutating func skipInterpolation() {
        let kept = tokens.count
        var depth = 0
        repeat {
            if byte() == UInt8(ascii: "(") { depth += 1 }
            if byte() == UInt8(ascii: ")") { depth -= 1 }
            step()
        } while depth > 0 && index < bytes.count
        tokens.removeSubrange(kept...)
    }
}
