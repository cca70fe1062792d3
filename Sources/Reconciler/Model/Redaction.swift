/// Puts `******` where a secret stands in a text of others: a log line, an error, the words of the engine.
///
/// Found are the secrets themselves, each line of one that has several, and their spellings in JSON, in URLs, in what Swift
/// prints of a value, and in base64, also as a part of a longer text.
public struct Redaction: Sendable, Equatable {
    /// Bytes a secret has at least to be searched for: a shorter one would be found in every other word.
    public static let shortest = 4
    /// Bytes of a line of a secret that is searched for by itself.
    static let shortestLine = 8

    private var secrets: Set<String> = []
    /// What is searched for, by its first two bytes; the longest first, so that a secret that contains another is masked as a
    /// whole. A group may have thousands: a new one with each start.
    private var needles: [Int: [[UInt8]]] = [:]
    private var mayBegin = [Bool](repeating: false, count: 256)

    public init(_ secrets: some Sequence<String> = []) {
        for secret in secrets { learn(secret) }
    }

    /// Nothing is searched for.
    public var isEmpty: Bool { needles.isEmpty }

    public mutating func learn(_ secret: String) {
        guard secret.utf8.count >= Self.shortest, secrets.insert(secret).inserted else { return }
        var texts = [secret]
        let lines = secret.split(whereSeparator: \.isNewline)
        if lines.count > 1 { texts += lines.filter { $0.utf8.count >= Self.shortestLine }.map(String.init) }
        for text in texts.flatMap({
            [$0, ContextValue.escaped($0), Self.inURL($0), String($0.debugDescription.dropFirst().dropLast())] + Self.inJSON($0)
                + Self.inBase64($0)
        }) {
            let needle = Array(text.utf8)
            let beginning = Self.beginning(needle[0], needle[1])
            var alike = needles[beginning] ?? []
            guard !alike.contains(needle) else { continue }
            mayBegin[Int(needle[0])] = true
            alike.insert(needle, at: alike.firstIndex { $0.count < needle.count } ?? alike.count)
            needles[beginning] = alike
        }
    }

    private static func beginning(_ first: UInt8, _ second: UInt8) -> Int { Int(first) << 8 | Int(second) }

    /// Whether the text holds a secret.
    public func finds(in text: String) -> Bool { masked(text) != nil }

    /// The text with every secret in it masked.
    public func callAsFunction(_ text: String) -> String { masked(text) ?? text }

    public func callAsFunction(_ text: String?) -> String? { text.map { self($0) } }

    /// `nil` when there is no secret in it. Bytes are compared: what looks like the secret to Unicode alone is not it.
    private func masked(_ text: String) -> String? {
        guard !isEmpty, text.utf8.count >= Self.shortest else { return nil }
        var text = text
        let bytes = text.withUTF8 { given -> [UInt8]? in
            var out: [UInt8] = []
            var kept = 0
            var index = 0
            while index < given.count {
                if mayBegin[Int(given[index])], index + 1 < given.count,
                    let alike = needles[Self.beginning(given[index], given[index + 1])],
                    let needle = alike.first(where: { matches($0, given, at: index) })
                {
                    out += given[kept..<index]
                    out += EnvironmentValue.mask.utf8
                    index += needle.count
                    kept = index
                } else {
                    index += 1
                }
            }
            return kept == 0 ? nil : out + given[kept...]
        }
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    private func matches(_ needle: [UInt8], _ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        guard needle.count <= text.count - index else { return false }
        return needle.indices.allSatisfy { needle[$0] == text[index + $0] }
    }

    /// As encoders write it that keep JSON safe in HTML, in ASCII, or both.
    private static func inJSON(_ text: String) -> [String] {
        func escaped(upper: Bool = false, _ isKept: (Unicode.Scalar) -> Bool) -> String {
            ContextValue.escaped(text).unicodeScalars.reduce(into: "") { out, scalar in
                guard !isKept(scalar) else { return out.unicodeScalars.append(scalar) }
                for unit in String(scalar).utf16 {
                    let hex = String(unit, radix: 16, uppercase: upper)
                    out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                }
            }
        }
        let markup: Set<Unicode.Scalar> = ["<", ">", "&"]
        let spellings = [
            escaped { _ in true }, escaped { !markup.contains($0) }, escaped { $0.isASCII },
            escaped { $0.isASCII && !markup.contains($0) && $0 != "'" },
            escaped(upper: true) { $0.isASCII && !markup.contains($0) && $0 != "'" },
        ]
        // Foundation and PHP write a slash with a backslash before it.
        return spellings + (text.contains("/") ? spellings.map { $0.replacing("/", with: "\\/") } : [])
    }

    /// The letters that the text alone decides, whatever stands before and behind it: `user:PASSWORD` is often written as one.
    private static func inBase64(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return [("+", "/"), ("-", "_")].flatMap { plus, slash -> [String] in
            let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + plus + slash)
            return (0..<3).compactMap { before -> String? in
                let whole = [UInt8](repeating: 0, count: before) + bytes
                let own = ((before * 8 + 5) / 6)..<(whole.count * 8 / 6)
                guard own.count >= Self.shortestLine else { return nil }
                return String(
                    own.map { place in
                        let bit = place * 6
                        let next = bit / 8 + 1 < whole.count ? whole[bit / 8 + 1] : 0
                        let pair = Int(whole[bit / 8]) << 8 | Int(next)
                        return letters[pair >> (10 - bit % 8) & 63]
                    })
            }
        }
    }

    /// Percent-encoded but for the unreserved characters (RFC 3986, 2.3).
    private static func inURL(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { out, byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default: out += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }
}
