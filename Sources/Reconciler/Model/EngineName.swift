/// Whether the engine takes a text for the name of a network: letters, digits, `_`, `.` and `-`, a letter or digit first.
///
/// A volume's name has two characters at least. Source: moby, `daemon/names`.
public func isEngineName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !first.isMark else { return false }
    return name.utf8.allSatisfy { $0.isLowercaseOrDigit || $0.isUppercase || $0.isMark }
}
