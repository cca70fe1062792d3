import Testing

@testable import DefinitionLoader

@Suite struct KeyTests {
    private func key(
        path: String = "/p/Miniboss.swift", bytes: String = "a", helpers: [(String, String)] = [], kit: String = "/kit",
        flags: [String] = ["-x"],
        toolchain: String = "t"
    ) -> DefinitionKey {
        let files = ([(path, bytes)] + helpers).map { DefinitionSource.File(path: $0.0, bytes: Array($0.1.utf8)) }
        return DefinitionKey(source: DefinitionSource(files: files), kit: Kit(directory: kit), flags: flags, toolchainIdentity: toolchain)
    }

    @Test("The key changes with every input, and only then")
    func everyInput() {
        let keys = [
            key(), key(path: "/q/Miniboss.swift"), key(bytes: "b"), key(helpers: [("/p/A.swift", "x")]),
            key(helpers: [("/p/A.swift", "y")]),
            key(helpers: [("/p/B.swift", "x")]), key(kit: "/kit2"), key(flags: ["-y"]), key(flags: ["-", "x"]), key(flags: []),
            key(toolchain: "u"), key(bytes: "a1:b"), key(flags: ["t", "-x"], toolchain: ""),
        ]
        #expect(Set(keys.map(\.text)).count == keys.count)
        #expect(key() == key())
        #expect(key().contentText == key(flags: ["-y"], toolchain: "u").contentText)
        #expect(key().contentText != key(bytes: "b").contentText)
    }

    @Test("Paths with quotes, backslashes and control characters survive the overlay")
    func quoting() {
        #expect(CompilationStage.quoted("/a \"b\"\\\n/ü") == #""/a \"b\"\\\u000a/ü""#)
    }
}
