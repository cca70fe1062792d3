/// Splits a line into words as a POSIX shell would, without expanding anything.
///
/// Follows https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html, section 2.2.
struct ShellWords: Equatable {
    let words: [String]

    struct Unbalanced: Error, Equatable, CustomStringConvertible {
        let quote: Character
        var description: String { quote == "\\" ? "ends with a backslash" : "has a \(quote) that is never closed" }
    }

    init(_ line: String) throws(Unbalanced) {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = Substring(line)
        while let character = rest.popFirst() {
            switch (quote, character) {
            case ("'", "'"), ("\"", "\""):
                quote = nil
            case ("'", _):
                word = (word ?? "") + String(character)
            case ("\"", "\\") where rest.first.map { "$`\"\\\n".contains($0) } == true, (nil, "\\"):
                guard let escaped = rest.popFirst() else { throw Unbalanced(quote: "\\") }
                // A backslash before a line end joins the lines.
                if escaped != "\n" { word = (word ?? "") + String(escaped) }
            case (nil, "'"), (nil, "\""):
                quote = character
                word = word ?? ""
            case (nil, let blank) where blank.isWhitespace:
                if let finished = word { words.append(finished) }
                word = nil
            default:
                word = (word ?? "") + String(character)
            }
        }
        if let quote { throw Unbalanced(quote: quote) }
        if let word { words.append(word) }
        self.words = words
    }
}
