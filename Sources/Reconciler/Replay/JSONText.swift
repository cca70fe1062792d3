/// A way through JSON text that makes values only of what is asked for.
///
/// It understands what this program writes: UTF-8 without escapes in keys. `Unusual` says that a text has to be read by
/// other means, and nothing about whether it is good.
struct JSONText {
    struct Unusual: Error {}

    private var at: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>

    /// - parameter bytes: must outlive the value, and not be empty.
    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(Unusual) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { throw Unusual() }
        at = start
        end = start + bytes.count
    }

    /// Walks through an object's members; `read` must consume each value.
    mutating func object(_ read: (inout JSONText, UnsafeBufferPointer<UInt8>) throws(Unusual) -> Void) throws(Unusual) {
        try expect(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return }
        repeat {
            let key = try plainBytes()
            try expect(UInt8(ascii: ":"))
            try read(&self, key)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    /// Walks through an array's items; `read` must consume each.
    mutating func array(_ read: (inout JSONText) throws(Unusual) -> Void) throws(Unusual) {
        try expect(UInt8(ascii: "["))
        if take(UInt8(ascii: "]")) { return }
        repeat {
            try read(&self)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
    }

    /// A string as its bytes in place; one with escapes is unusual.
    mutating func plainBytes() throws(Unusual) -> UnsafeBufferPointer<UInt8> {
        try expect(UInt8(ascii: "\""))
        let start = at
        while at < end {
            switch at.pointee {
            case UInt8(ascii: "\""):
                at += 1
                return UnsafeBufferPointer(start: start, count: at - start - 1)
            case UInt8(ascii: "\\"): throw Unusual()
            default: at += 1
            }
        }
        throw Unusual()
    }

    mutating func string() throws(Unusual) -> String {
        String(decoding: try plainBytes(), as: UTF8.self)
    }

    /// A string, or `nil` for null.
    mutating func optionalString() throws(Unusual) -> String? {
        takeWord("null") ? nil : try string()
    }

    mutating func strings() throws(Unusual) -> [String] {
        var found: [String] = []
        try array { (text) throws(Unusual) in found.append(try text.string()) }
        return found
    }

    mutating func optionalStrings() throws(Unusual) -> [String]? {
        takeWord("null") ? nil : try strings()
    }

    mutating func bool() throws(Unusual) -> Bool {
        if takeWord("true") { return true }
        guard takeWord("false") else { throw Unusual() }
        return false
    }

    /// A whole number of at most 18 digits that is followed by something else than a fraction.
    mutating func int() throws(Unusual) -> Int {
        skipSpace()
        let isNegative = take(UInt8(ascii: "-"))
        var number = 0
        var digits = 0
        while at < end, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(at.pointee) {
            number = number &* 10 &+ Int(at.pointee &- UInt8(ascii: "0"))
            digits += 1
            at += 1
        }
        let isFraction = at < end && [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(at.pointee)
        guard (1...18).contains(digits), !isFraction else { throw Unusual() }
        return isNegative ? -number : number
    }

    /// Whether the next thing is a string.
    mutating func isAtString() -> Bool {
        skipSpace()
        return at < end && at.pointee == UInt8(ascii: "\"")
    }

    /// Takes a word such as `null`, if it is what comes next.
    mutating func takeWord(_ word: StaticString) -> Bool {
        skipSpace()
        guard end - at >= word.utf8CodeUnitCount else { return false }
        for offset in 0..<word.utf8CodeUnitCount where at[offset] != word.utf8Start[offset] { return false }
        at += word.utf8CodeUnitCount
        return true
    }

    /// Steps over a value of any kind.
    mutating func skip() throws(Unusual) {
        var depth = 0
        repeat {
            skipSpace()
            guard at < end else { throw Unusual() }
            switch at.pointee {
            case UInt8(ascii: "\""): try skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                at += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"): at += 1
            default: skipScalar()
            }
        } while depth > 0
    }

    private mutating func skipString() throws(Unusual) {
        at += 1
        while at < end {
            switch at.pointee {
            case UInt8(ascii: "\""):
                at += 1
                return
            case UInt8(ascii: "\\"): at += 2
            default: at += 1
            }
        }
        throw Unusual()
    }

    private mutating func skipScalar() {
        while at < end {
            switch at.pointee {
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t"),
                UInt8(ascii: "\r"):
                return
            default: at += 1
            }
        }
    }

    private mutating func skipSpace() {
        while at < end, [UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains(at.pointee) { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard at < end, at.pointee == byte else { return false }
        at += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(Unusual) {
        guard take(byte) else { throw Unusual() }
    }
}

/// Whether bytes are those of a word.
func isWord(_ bytes: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
    guard bytes.count == word.utf8CodeUnitCount else { return false }
    for offset in bytes.indices where bytes[offset] != word.utf8Start[offset] { return false }
    return true
}
