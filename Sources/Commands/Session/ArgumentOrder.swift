import Orchestrator
import Reconciler

/// The arguments with shared options that stood before the command moved behind it: `-f A.swift start` → `start -f A.swift`.
struct ArgumentOrder: Equatable {
    /// As the parser takes them.
    var arguments: [String]
    /// `nil` for `--help`, `--version` and the like.
    var command: String?
    /// What followed the command, without the options that only say where and how: as the ledger keeps it.
    var recorded: [String] = []

    private static let valued: Set<String> = ["-f", "--file", "--group", "--progress"]
    private static let flags: Set<String> = ["--json"]

    /// - Throws: `OperationError` for a command that does not exist, with the nearest that does.
    init(_ given: [String], verbs: [String]) throws(OperationError) {
        var leading: [String] = []
        var rest = given[...]
        while let word = rest.first {
            if Self.valued.contains(word), rest.count > 1 {
                leading += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if Self.isShared(word) {
                leading.append(word)
                rest = rest.dropFirst()
            } else if word.hasSuffix(".swift"), !word.hasPrefix("-") {
                leading += ["-f", word]
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        guard let word = rest.first, !word.hasPrefix("-"), word != "help" else {
            arguments = Array(rest)
            if rest.isEmpty, !leading.isEmpty { arguments = ["--help"] }
            if rest.first == "help", let asked = rest.dropFirst().first { try Self.check(asked, among: verbs, before: "help ") }
            return
        }
        try Self.check(word, among: verbs)
        command = word
        let words = rest.dropFirst()
        guard [ExecCommand.name, RunCommand.name].contains(word) else {
            arguments = [word] + leading + words
            recorded = Self.sorted(words).others
            return
        }
        // What follows the service is its command's own.
        let ours = words[..<Self.commandStart(words)]
        let sorted = Self.sorted(ours)
        recorded = sorted.others + words[ours.endIndex...]
        arguments = [word] + leading + sorted.shared + recorded
    }

    /// Where the words of `exec` and `run` become those of the command that is run: after the service, or at the `--` that
    /// follows it, be it with options of ours between.
    private static func commandStart(_ words: ArraySlice<String>) -> Int {
        var service: Int?
        var index = words.startIndex
        while index < words.endIndex {
            let word = words[index]
            if word == "--" { return index }
            if valued.contains(word) {
                index += 1
            } else if !word.hasPrefix("-") {
                guard service == nil else { break }
                service = index
            }
            index += 1
        }
        return min(service.map { $0 + 1 } ?? words.endIndex, words.endIndex)
    }

    private static func check(_ word: String, among verbs: [String], before: String = "") throws(OperationError) {
        guard !word.hasPrefix("-"), !verbs.contains(word) else { return }
        let next = nearestName(to: word, among: verbs).map { "Did you mean `miniboss \(before)\($0)`?" }
        throw OperationError(.usage, "there is no command \"\(word)\"", next: next ?? "Commands: \(verbs.joined(separator: ", "))")
    }

    private static func isShared(_ word: String) -> Bool {
        flags.contains(word) || valued.contains { $0.hasPrefix("--") && word.hasPrefix($0 + "=") }
            || word.hasPrefix("-f") && word.count > 2 && !word.hasPrefix("--")
    }

    /// The shared options among words up to `--`, and all the rest.
    private static func sorted(_ words: ArraySlice<String>) -> (shared: [String], others: [String]) {
        var sorted: (shared: [String], others: [String]) = ([], [])
        var rest = words
        while let word = rest.first {
            if word == "--" {
                sorted.others += rest
                break
            }
            let count = valued.contains(word) ? 2 : 1
            if count == 2 || isShared(word) { sorted.shared += rest.prefix(count) } else { sorted.others.append(word) }
            rest = rest.dropFirst(count)
        }
        return sorted
    }
}
