extension ServiceSpec {
    /// The most bytes Linux takes in one argument or variable of a program, its final NUL not counted (`MAX_ARG_STRLEN`, execve(2)).
    private static let longestWord = 131_071

    /// What of its env, entrypoint and cmd is too long for Linux to start a program with it, in words; no values.
    ///
    /// Not an error: the engine's kernel has the last word.
    public var oversized: [String] {
        var sizes = env.sorted { $0.key < $1.key }.map { ("env.\($0.key)", $0.key.utf8.count + 1 + $0.value.text.utf8.count) }
        for (field, words) in [("entrypoint", entrypoint), ("cmd", command)] {
            sizes += (words ?? []).map { ("a word of its \(field)", $0.utf8.count) }
        }
        return sizes.filter { $0.1 > Self.longestWord }.map {
            "\($0.0) has \($0.1) bytes; Linux starts no program with more than \(Self.longestWord) in one piece: hand it over in a file"
        }
    }
}
