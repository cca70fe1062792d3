/// The text with the password of `scheme://user:password@host` masked: people put them in plain env values.
func withoutURLPassword(_ text: String) -> String {
    guard let scheme = text.firstRange(of: "://") else { return text }
    let authority = text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != " " }
    guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return text }
    return String(text[...colon]) + EnvironmentValue.mask + String(text[at...])
}
