import Glibc
import Testing

/// The arrows of docs/architecture.md, read back from the sources.
@Suite struct ImportGraphTests {
    private static let allowed: [String: Set<String>] = [
        "Digest": [],
        "Ledger": ["CSQLite", "Digest"],
        "DockerClient": ["CCurl", "Digest"],
        "Reconciler": [],
        "Orchestrator": ["Ledger", "DockerClient", "Reconciler", "Digest"],
        "Report": ["Reconciler", "Digest"],
        "Commands": ["Orchestrator", "Reconciler", "Report"],
        "MinibossKit": ["Commands", "Orchestrator", "Reconciler"],
        "miniboss-engine": ["Commands"],
        "DefinitionLoader": ["Digest"],
        "miniboss": ["DefinitionLoader"],
        "Simulation": ["CScheduling", "Orchestrator", "DockerClient", "Ledger", "Reconciler"],
    ]

    @Test("each module imports only what its room may know", arguments: allowed.keys.sorted())
    func imports(module: String) throws {
        let ours = Set(Self.allowed.keys).union(["CSQLite", "CCurl", "CScheduling", "TestSupport"])
        let files = try swiftFiles(below: Self.sources + "/" + module)
        #expect(!files.isEmpty)
        for file in files {
            let imported = importedModules(in: try text(of: file))
            #expect(imported.intersection(ours).isSubset(of: Self.allowed[module] ?? []), "\(file)")
            #expect(!imported.contains("Foundation"), "\(file) links ICU by importing Foundation")
            if module == "Report" { #expect(imported.isSubset(of: Self.allowed[module] ?? []), "\(file)") }
            if ["Reconciler", "Digest"].contains(module) { #expect(imported.isSubset(of: []), "\(file)") }
        }
    }

    private static let sources = String(#filePath.split(separator: "/Tests/").first ?? "") + "/Sources"
}

private func importedModules(in text: String) -> Set<String> {
    // Imports stand at the head of a file; further down the word may be part of a text.
    let head = text.split(separator: "\n").prefix { line in
        line.hasPrefix("//") || line.hasPrefix("@") || line.contains("import ")
    }
    return Set(
        head.compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index <= 1, index + 1 < words.count else { return nil }
            return index == 0 || ["public", "internal", "package"].contains(words[0]) ? String(words[index + 1]) : nil
        })
}

private func swiftFiles(below directory: String) throws -> [String] {
    let handle = try #require(opendir(directory))
    defer { closedir(handle) }
    var found: [String] = []
    while let entry = readdir(handle) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name.hasSuffix(".swift") {
            found.append("\(directory)/\(name)")
        } else if !name.contains(".") {
            found += try swiftFiles(below: "\(directory)/\(name)")
        }
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
