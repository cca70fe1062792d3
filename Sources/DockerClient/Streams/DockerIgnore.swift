/// Which files of a build context are not sent (https://docs.docker.com/reference/dockerfile/#dockerignore-file).
public struct DockerIgnore: Sendable {
    private let patterns: [IgnorePattern]

    /// Whether a directory that is left out may still hold something that is sent.
    private let hasInclusions: Bool

    /// - Parameters:
    ///   - text: a `.dockerignore`; empty ignores nothing.
    ///   - dockerfile: always sent, as is `.dockerignore`: the builder needs both.
    /// - Throws: `.badRequest` naming a malformed pattern.
    public init(_ text: String, dockerfile: String = "Dockerfile") throws(DockerError) {
        var patterns: [IgnorePattern] = []
        var lines = text.split(whereSeparator: \.isNewline).map(String.init)
        if let first = lines.first, first.unicodeScalars.first == "\u{feff}" { lines[0] = String(first.unicodeScalars.dropFirst()) }
        for line in lines where !line.hasPrefix("#") {
            var rule = Self.trimmed(line)
            let includes = rule.hasPrefix("!")
            if includes { rule = Self.trimmed(String(rule.dropFirst())) }
            let cleaned = Self.cleaned(rule)
            // `.` and `..` stand for the context itself, which is always sent.
            guard !cleaned.isEmpty, cleaned != ".", !Self.leadsOut(rule) else { continue }
            patterns.append(try IgnorePattern(cleaned, includes: includes))
        }
        hasInclusions = patterns.contains { $0.includes }
        self.patterns = patterns
        kept = [".dockerignore", Self.cleaned(dockerfile)]
    }

    private let kept: [String]

    /// What the patterns say of a path: the last one that matches it, or a directory above it, decides.
    struct Verdict {
        fileprivate var matched: [Bool] = []
        /// Whether it is left out.
        fileprivate(set) var isIgnored = false
    }

    /// - Parameters:
    ///   - path: relative to the context, with slashes.
    ///   - above: the verdict on the directory that the path is in.
    func verdict(on path: String, below above: Verdict) -> Verdict {
        var verdict = Verdict()
        for (index, pattern) in patterns.enumerated() {
            let isMatch = !above.matched.isEmpty && above.matched[index] || pattern.matches(path)
            verdict.matched.append(isMatch)
            if isMatch { verdict.isIgnored = !pattern.includes }
        }
        if kept.contains(path) { verdict.isIgnored = false }
        return verdict
    }

    /// Whether nothing in this directory, which is left out, can be sent, so that it need not be read.
    func prunes(_ directory: String) -> Bool { !hasInclusions && !kept.contains { $0.hasPrefix(directory + "/") } }

    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return String(rest)
    }

    /// Whether a relative path names what is beside or above its beginning: there it can match nothing.
    private static func leadsOut(_ path: String) -> Bool {
        var depth = path.hasPrefix("/") ? Int.max / 2 : 0
        for name in path.split(separator: "/") where name != "." {
            depth += name == ".." ? -1 : 1
            if depth < 0 { return true }
        }
        return false
    }

    /// The path without `.` and `..`, and without a slash at either end.
    static func cleaned(_ path: String) -> String {
        var names: [Substring] = []
        for name in path.split(separator: "/") where name != "." {
            if name == ".." { _ = names.popLast() } else { names.append(name) }
        }
        return names.joined(separator: "/")
    }
}
