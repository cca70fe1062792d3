/// The text with what is beyond `bytes` bytes of UTF-8 cut off, and how much that is: `yyyy… (1040384 bytes cut)`.
///
/// - Parameter dropped: bytes of it that somebody has cut off before.
public func cutText(_ text: String, to bytes: Int, dropped: Int = 0) -> String {
    if dropped == 0, text.utf8.count > bytes, let (whole, before) = formerCut(text) { return cutText(whole, to: bytes, dropped: before) }
    let kept = prefix(of: text, bytes: bytes)
    let cut = text.utf8.count - kept.utf8.count + dropped
    return cut == 0 ? text : "\(kept)… (\(cut) \(cut == 1 ? "byte" : "bytes") cut)"
}

/// A text that was cut before, and how much that was.
private func formerCut(_ text: String) -> (text: String, bytes: Int)? {
    for unit in [" bytes cut)", " byte cut)"] where text.hasSuffix(unit) {
        guard let open = text.lastIndex(of: "("), let mark = text[..<open].lastIndex(of: "…") else { return nil }
        guard text[mark..<open] == "… ", let bytes = Int(text[text.index(after: open)...].dropLast(unit.count)), bytes > 0 else {
            return nil
        }
        return (String(text[..<mark]), bytes)
    }
    return nil
}

/// As much of the text as fits, no scalar cut through.
public func prefix(of text: String, bytes: Int) -> Substring {
    guard text.utf8.count > bytes else { return text[...] }
    var end = text.utf8.index(text.startIndex, offsetBy: max(0, bytes))
    // Back to the beginning of a scalar, not of a character: one character can be a megabyte of marks on one letter.
    while end > text.startIndex, text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
    return text[..<end]
}
