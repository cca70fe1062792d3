import ArgumentParser
import Glibc
import Orchestrator
import Reconciler

struct InitCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a commented Miniboss.swift to begin with.",
        discussion: """
            Writes it here, or where -f says, and never overwrites a file.

            Examples:
              miniboss init
              miniboss init -f Other.swift
            """)
    static let definitionUse = DefinitionUse.unused

    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func perform(_ session: Session) async throws -> Int32 {
        let name = shared.file ?? "Miniboss.swift"
        let path = name.hasPrefix("/") ? name : "\(session.currentDirectory)/\(name)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o755)
        guard descriptor >= 0 else {
            let reason = errno
            throw OperationError(
                .usage, reason == EEXIST ? "\(path) exists already" : "can't write \(path): \(String(cString: strerror(reason)))",
                next: reason == EEXIST
                    ? "Edit it, or write another one: `miniboss init -f \(shared.file == nil ? "Other" : "Another").swift`."
                    : "Go to a directory that can be written, or name a file in one with -f FILE.")
        }
        defer { close(descriptor) }
        do { try TextStream(descriptor: descriptor).write(DefinitionTemplate.text(group: shared.file.flatMap(Self.groupName))) } catch {
            unlink(path)
            throw OperationError(.failed, "can't write \(path): \(error)", next: "Make room on the disk, then `miniboss init` again.")
        }
        try session.output.line(
            shared.json
                ? JSON.members(["path": .string(path)]).text
                : "wrote \(SafeText.line(path)); next: miniboss \(shared.file.map { "-f \(SafeText.line($0)) " } ?? "")start")
        return 0
    }

    /// A file that is named may not be the only one in its directory, and two groups need two names.
    private static func groupName(_ file: String) -> String? {
        let name = fileName(file)
        guard name != "Miniboss.swift" else { return nil }
        let stem = name.hasSuffix(".swift") ? String(name.dropLast(".swift".count)) : name
        let words = stem.lowercased().split { !$0.isASCII || !$0.isLetter && !$0.isNumber }
        return words.isEmpty ? nil : String(words.joined(separator: "-").prefix(63))
    }
}
