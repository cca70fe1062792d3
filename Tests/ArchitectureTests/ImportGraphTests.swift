import Glibc
import Testing

/// The arrows of docs/architecture.md, read back from the sources.
@Suite struct ImportGraphTests {
    /// What each module may import, as the document has it.
    private static let allowed: [String: Set<String>] = {
        let lines = (try? text(of: root + "/docs/architecture.md"))?.split(separator: "\n") ?? []
        let arrows = lines.compactMap { line -> (String, Set<String>)? in
            let sides = line.split(separator: " →", omittingEmptySubsequences: false)
            guard sides.count == 2 else { return nil }
            return (String(sides[0]), Set(sides[1].split(separator: ",").map { String($0.drop { $0 == " " }) }))
        }
        return Dictionary(arrows, uniquingKeysWith: { first, _ in first })
    }()
    /// Modules of C, whose rooms import nothing.
    private static let foreign: Set<String> = ["CSQLite", "CCurl", "CScheduling"]

    @Test("each module imports only what its room may know", arguments: allowed.keys.sorted())
    func imports(module: String) throws {
        let ours = Set(Self.allowed.keys).union(Self.foreign)
        let files = try swiftFiles(below: Self.sources + "/" + module)
        #expect(!files.isEmpty)
        for file in files {
            let imported = importedModules(in: try text(of: file))
            #expect(imported.intersection(ours).isSubset(of: Self.allowed[module] ?? []), "\(file)")
            #expect(!imported.contains("Foundation"), "\(file) links ICU by importing Foundation")
            if ["DefinitionLoader", "Files", "miniboss"].contains(module) {
                #expect(!imported.contains("FoundationEssentials"), "\(file)")
            }
            if module == "Report" { #expect(imported.isSubset(of: Self.allowed[module] ?? []), "\(file)") }
            if ["Reconciler", "Digest"].contains(module) { #expect(imported.isSubset(of: []), "\(file)") }
        }
    }

    @Test("each room has a README of at most 15 lines, and each is in the graph")
    func readmes() throws {
        let rooms = try names(in: Self.sources).filter { !$0.contains(".") }
        #expect(Set(rooms) == Set(Self.allowed.keys).union(Self.foreign), "docs/architecture.md")
        for room in rooms {
            let lines = try text(of: "\(Self.sources)/\(room)/README.md").split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count > 1 && lines.count <= 16, "\(room): \(lines.count - 1) lines")
        }
    }

    private static let root = String(#filePath.split(separator: "/Tests/").first ?? "")
    private static let sources = root + "/Sources"
}

private func importedModules(in text: String) -> Set<String> {
    // Imports stand at the head of a file; further down the word may be part of a text.
    let head = text.split(separator: "\n").prefix { line in
        line.hasPrefix("//") || line.hasPrefix("@") || line.contains("import ")
    }
    return Set(
        head.compactMap { line in
            let words = line.split(separator: " ")
            let modifiers = words.prefix { $0 != "import" }
            guard modifiers.allSatisfy({ $0.hasPrefix("@") || accesses.contains(String($0)) }) else { return nil }
            let name = words.dropFirst(modifiers.count + 1).first { !kinds.contains(String($0)) }
            return name.flatMap { $0.split(separator: ".").first }.map(String.init)
        })
}

private let accesses: Set = ["public", "internal", "package", "private", "fileprivate"]
private let kinds: Set = ["struct", "class", "enum", "protocol", "actor", "typealias", "func", "let", "var"]

private func swiftFiles(below directory: String) throws -> [String] {
    try names(in: directory).flatMap { name in
        if name.hasSuffix(".swift") { return ["\(directory)/\(name)"] }
        return name.contains(".") ? [] : try swiftFiles(below: "\(directory)/\(name)")
    }
}

private func names(in directory: String) throws -> [String] {
    let handle = try #require(opendir(directory))
    defer { closedir(handle) }
    var found: [String] = []
    while let entry = readdir(handle) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { found.append(name) }
    }
    return found
}

private func text(of path: String) throws -> String {
    let file = try #require(fopen(path, "re"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}
