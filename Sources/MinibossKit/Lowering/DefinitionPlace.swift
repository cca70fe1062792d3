internal import Commands
internal import Glibc

/// Where the definition stands: what relative directories are relative to, and what the group is called by default.
struct DefinitionPlace: Sendable {
    /// Absolute path of the definition file; `nil` for an executable target of the user's own package.
    let path: String?
    /// Hash of the definition's bytes, as the launcher computed it.
    let hash: String?
    /// The hooks that the text mentions, so that the others need not be called; `nil` where that is not known.
    var mentionedHooks: Set<String>? = nil
    /// Absolute path of the directory that relative directories start from.
    let directory: String

    /// From what the launcher sets in the environment; else the working directory.
    static let current: DefinitionPlace = {
        let variables = ProgramEnvironment.variables
        guard let path = variables["MINIBOSS_DEFINITION"], path.hasPrefix("/") else {
            return DefinitionPlace(path: nil, hash: nil, directory: workingDirectory())
        }
        return DefinitionPlace(
            path: path, hash: variables["MINIBOSS_DEFINITION_HASH"].flatMap { $0.isEmpty ? nil : $0 },
            mentionedHooks: variables["MINIBOSS_HOOKS"].map { Set($0.split(separator: ",").map(String.init)) },
            directory: directory(of: path))
    }()

    /// Whether the definition can have written a hook.
    func mayHave(_ hook: String) -> Bool { mentionedHooks?.contains(hook) ?? true }

    /// The directory's name in lower case, everything but letters and digits as `-`.
    var defaultGroupName: String {
        var slug = ""
        for character in directory.split(separator: "/").last.map({ $0.lowercased() }) ?? "" {
            if character.isASCII, character.isLetter || character.isNumber {
                slug.append(character)
            } else if !slug.isEmpty, slug.last != "-" {
                slug.append("-")
            }
        }
        slug = String(slug.prefix(63))
        while slug.last == "-" { slug.removeLast() }
        return slug.isEmpty ? "group" : slug
    }

    /// `text` seen from the definition's directory, `.` and `..` resolved; `~` is the home directory.
    ///
    /// A path that begins with a `{key}` stays as it is: only the context knows whether it is absolute.
    func absolutePath(_ text: String) -> String {
        if text.hasPrefix("{"), !text.hasPrefix("{{") { return text }
        var whole = text.hasPrefix("/") ? text : directory + "/" + text
        if text == "~" || text.hasPrefix("~/"), let home = Self.variable("HOME") { whole = home + text.dropFirst() }
        var parts: [Substring] = []
        for part in whole.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    private static func directory(of path: String) -> String {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        return end == path.startIndex ? "/" : String(path[..<end])
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    private static func workingDirectory() -> String {
        guard let buffer = getcwd(nil, 0) else { return "/" }
        defer { free(buffer) }
        return String(cString: buffer)
    }
}
