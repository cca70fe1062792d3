import Reconciler

/// HTML under construction. Text and attributes go in escaped, and there is no way to put anything in raw but `verbatim`.
struct Markup {
    private(set) var text = ""

    /// - Parameter attributes: a value of `nil` leaves the attribute out, an empty one writes its name alone.
    mutating func open(_ tag: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:]) {
        text += "<\(tag)"
        for (name, value) in attributes {
            guard let value else { continue }
            text += value.isEmpty ? " \(name)" : " \(name)=\"\(Self.escaped(SafeText.line(value)))\""
        }
        text += ">"
    }

    mutating func close(_ tag: StaticString) { text += "</\(tag)>" }

    /// One line of text.
    mutating func say(_ words: String) { text += Self.escaped(SafeText.line(words)) }

    /// An element with one line of text in it.
    mutating func element(_ tag: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], _ words: String) {
        open(tag, attributes)
        say(words)
        close(tag)
    }

    /// An element with others in it.
    mutating func nest(
        _ tag: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], _ body: (inout Markup) -> Void
    ) {
        open(tag, attributes)
        body(&self)
        close(tag)
    }

    /// A line of a log: tabs stay.
    mutating func logLine(_ line: String) { text += Self.escaped(SafeText.logLine(line)) }

    /// Only for text of our own: style, script, and JSON that `ScriptData` has made safe.
    mutating func verbatim(_ markup: String) { text += markup }

    /// Escaped for content and for quoted attributes alike.
    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x26 || $0 == 0x3C || $0 == 0x3E || $0 == 0x22 || $0 == 0x27 }) else { return text }
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case 0x26: out += "&amp;".utf8
            case 0x3C: out += "&lt;".utf8
            case 0x3E: out += "&gt;".utf8
            case 0x22: out += "&quot;".utf8
            case 0x27: out += "&#39;".utf8
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
