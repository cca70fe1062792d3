/// Makes text of others safe to show: nothing in it can move a cursor, change colours or reverse the reading order.
public enum SafeText {
    /// Bytes of one line, and of a text of several lines, that are shown.
    public static let longest = (line: 8192, block: 65_536)

    /// One line: line ends and tabs become spaces as well. Of a very long one only the beginning is shown, and how much is not.
    public static func line(_ text: String) -> String {
        let text = cutText(text, to: longest.line)
        guard needsWork(text, keeping: []) else { return text }
        return neutralised(text, keeping: []).split(separator: " ", omittingEmptySubsequences: false).joined(separator: " ")
    }

    /// A line of a log: tabs stay, and so does nothing else that controls.
    public static func logLine(_ text: String) -> String {
        let text = cutText(text, to: longest.line)
        return needsWork(text, keeping: ["\t"]) ? neutralised(text, keeping: ["\t"]) : text
    }

    /// Several lines: line ends and tabs stay.
    public static func block(_ text: String) -> String {
        let text = cutText(text, to: longest.block)
        return needsWork(text, keeping: ["\n", "\t"]) ? neutralised(text, keeping: ["\n", "\t"]) : text
    }

    /// Whether a terminal may act on the scalar rather than show it.
    public static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F: true
        // Marks, embeddings, overrides and isolates of the bidirectional algorithm, and line separators.
        case 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F: true
        // Invisible tags, selectors and annotations, which can smuggle text.
        case 0xE0000...0xE0FFF, 0xFEFF, 0xFFF9...0xFFFB: true
        default: false
        }
    }

    private static func needsWork(_ text: String, keeping kept: Set<Unicode.Scalar>) -> Bool {
        // Most texts are plain, and bytes are looked at faster than scalars.
        !text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && text.unicodeScalars.contains { isControl($0) && !kept.contains($0) }
    }

    private static func neutralised(_ text: String, keeping kept: Set<Unicode.Scalar>) -> String {
        var out = String.UnicodeScalarView()
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.popFirst() {
            guard isControl(scalar), !kept.contains(scalar) else {
                out.append(scalar)
                continue
            }
            switch scalar.value {
            case 0x1B where rest.first == "[":
                dropSequence(&rest)
            case 0x9B:
                dropParameters(&rest)
            case 0x0D where rest.isEmpty || rest.first == "\n":
                continue
            case 0x09, 0x0A, 0x0D:
                out.append(" ")
            case 0x00...0x1F:
                // The control pictures block shows each C0 control as a glyph of its own.
                out.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
            default:
                out.append("\u{FFFD}")
            }
        }
        return String(out)
    }

    /// Drops `[`, parameters and the final byte of a control sequence (ECMA-48, 5.4), so that coloured logs stay readable.
    private static func dropSequence(_ rest: inout Substring.UnicodeScalarView) {
        rest.removeFirst()
        dropParameters(&rest)
    }

    private static func dropParameters(_ rest: inout Substring.UnicodeScalarView) {
        while let next = rest.first, (0x20...0x3F).contains(next.value) { rest.removeFirst() }
        if let final = rest.first, (0x40...0x7E).contains(final.value) { rest.removeFirst() }
    }
}
