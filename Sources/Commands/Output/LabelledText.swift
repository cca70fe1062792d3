/// `  label     text`, wrapped at words under its own beginning.
enum LabelledText {
    /// - Parameter labelWidth: the column at which the text begins.
    static func lines(_ label: String, _ text: String, width: Int?, labelWidth: Int = 12) -> [String] {
        let head = DisplayWidth.padded("  \(label)", to: labelWidth)
        let indent = String(repeating: " ", count: labelWidth)
        guard let width else { return [head + text] }
        guard width > labelWidth + 16 else { return hanging(head, text, width: width) }
        return wrapped(text, to: width - labelWidth).enumerated().map { ($0 == 0 ? head : indent) + $1 }
    }

    /// `head`, which is columns padded to their width, and `text` after it: wrapped under its own beginning where there is room, else
    /// under the whole line.
    static func hanging(_ head: String, _ text: String, width: Int?) -> [String] {
        let line = (head + text).trimmedAtEnd
        guard let width, DisplayWidth.of(line) > width else { return [line] }
        guard !text.isEmpty else { return [DisplayWidth.cut(line, to: width)] }
        let used = DisplayWidth.of(head)
        if width - used >= 28 {
            let indent = String(repeating: " ", count: used)
            return wrapped(text, to: width - used).enumerated().map { (($0 == 0 ? head : indent) + $1).trimmedAtEnd }
        }
        let indent = width < 40 ? "  " : "      "
        return [DisplayWidth.cut(head.trimmedAtEnd, to: width)] + wrapped(text, to: max(8, width - indent.count)).map { indent + $0 }
    }

    /// The text in lines of at most `width` columns; words longer than a line are cut through.
    static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var current = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            var word = String(word)
            if !current.isEmpty {
                if DisplayWidth.of(current) + 1 + DisplayWidth.of(word) <= width {
                    current += " " + word
                    continue
                }
                lines.append(current)
            }
            while DisplayWidth.of(word) > width {
                let part = String(word.prefix(max(1, width / 2)))
                lines.append(part)
                word = String(word.dropFirst(part.count))
            }
            current = word
        }
        return current.isEmpty && !lines.isEmpty ? lines : lines + [current]
    }
}
