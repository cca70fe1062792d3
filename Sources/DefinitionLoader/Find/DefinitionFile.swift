internal import Files
internal import Glibc

/// Where the definition is, whether or not it can be read.
struct DefinitionFile: Equatable {
    /// Absolute; links among its directories stay as the user wrote them. A file that is a link itself stands for its target: what
    /// is relative to the definition, its ledger too, is where that is.
    let path: String

    static let fileName = "Miniboss.swift"
    static let helperDirectoryName = "MinibossHelpers"

    var name: String { Disk.name(of: path) }
    var directory: String { Disk.directory(of: path) }

    init(path: String) { self.path = Disk.linkTarget(path) ?? path }

    /// The file the user named, else the nearest `Miniboss.swift` in the directory and those above; `nil` without one.
    static func find(named file: String?, from directory: String) -> DefinitionFile? {
        if let file { return DefinitionFile(path: Disk.absolute(file, in: directory)) }
        var current = directory
        while true {
            let candidate = Disk.absolute(fileName, in: current)
            if fileExists(candidate) { return DefinitionFile(path: candidate) }
            if current == "/" || current.isEmpty { return nil }
            current = Disk.directory(of: current)
        }
    }

    /// Reads the file and its helpers, each once: what is hashed is what will be compiled.
    /// - Throws: 66 when the file can't be read, 65 when it is no Swift text.
    func read() throws(LaunchError) -> DefinitionSource {
        let definition = try text(of: path)
        guard name.hasSuffix(".swift") else {
            throw LaunchError(
                exitCode: LaunchError.invalidDefinition, "\(path) is not a definition: its name does not end in .swift",
                next: "A definition is a Swift file, `\(Self.fileName)` by default; `miniboss init` writes one.")
        }
        var files = [definition]
        let helpers = directory == "/" ? "/\(Self.helperDirectoryName)" : "\(directory)/\(Self.helperDirectoryName)"
        let names = ((try? Disk.names(in: helpers)) ?? []).filter { $0.hasSuffix(".swift") && !$0.hasPrefix(".") }
        for name in names.sorted() { files.append(try text(of: "\(helpers)/\(name)")) }
        return DefinitionSource(files: files)
    }

    private func text(of path: String) throws(LaunchError) -> DefinitionSource.File {
        let bytes: [UInt8]
        do throws(Disk.Failure) {
            bytes = try Disk.read(path)
        } catch {
            let next =
                switch error.code {
                case ENOENT: "Write one with `miniboss init`, or name another with -f FILE."
                case EISDIR: "Name the file inside it: -f \(path)/\(Self.fileName)"
                default: "Name another definition with -f FILE, or mend this one."
                }
            throw LaunchError(exitCode: LaunchError.noDefinition, "can't read the definition \(path): \(error.reason)", next: next)
        }
        guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
            throw LaunchError(
                exitCode: LaunchError.invalidDefinition, "\(path) is not a definition: it is not UTF-8 text",
                next: "A definition is a Swift file; save it as UTF-8.")
        }
        return DefinitionSource.File(path: path, bytes: bytes)
    }
}
