/// How the user named the group, for the commands that are told to them: without it they would be about another one.
struct GroupAddress: Sendable {
    private var options = ""

    init() {}

    init(_ shared: SharedOptions) {
        if let file = shared.file { options += " -f \(Self.quoted(file))" }
        if let group = shared.group { options += " --group \(group)" }
    }

    /// `miniboss -f Other.swift history 3`
    func command(_ words: String) -> String { "miniboss\(options) \(words)" }

    /// The same in every command of ours that a text has in backticks, but in those that name a group already.
    func callAsFunction(_ text: String) -> String {
        guard !options.isEmpty else { return text }
        return text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { index, part in
            let words = part.split(separator: " ")
            let isOurs = index % 2 == 1 && words.count > 1 && words[0] == "miniboss" && Self.isOfGroup(String(words[1]))
            return isOurs && !words.contains("-f") && !words.contains("--group")
                ? command(String(part.dropFirst("miniboss ".count))) : String(part)
        }.joined(separator: "`")
    }

    private static func isOfGroup(_ word: String) -> Bool { word != InitCommand.name && MinibossCommand.verbNames.contains(word) }

    /// As a shell would have to read it.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "/._-+".utf8.contains(byte)
        }
        return isPlain ? path : "'\(path.replacing("'", with: "'\\''"))'"
    }
}
