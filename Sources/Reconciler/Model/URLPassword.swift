/// The text with the password of every `scheme://user:password@host` masked: people put them in plain env values.
func withoutURLPassword(_ text: String) -> String {
    var out = ""
    var told = text.startIndex
    var next = text.firstRange(of: "://")
    while let scheme = next {
        let authority = text[scheme.upperBound...].utf8.prefix { !authorityEnds.contains($0) }
        if let at = authority.lastIndex(of: UInt8(ascii: "@")), let colon = authority[..<at].firstIndex(of: UInt8(ascii: ":")) {
            out += text[told...colon] + EnvironmentValue.mask
            told = at
        }
        next = text[authority.endIndex...].firstRange(of: "://")
    }
    return told == text.startIndex ? text : out + text[told...]
}

/// What stands behind a host, or between two URLs in one value.
private let authorityEnds = Array("/?# ,".utf8)
