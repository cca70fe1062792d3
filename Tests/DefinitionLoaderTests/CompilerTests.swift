import Glibc
import Testing

@testable import DefinitionLoader

/// With the toolchain's own compiler: what people see when it refuses.
@Suite struct CompilerTests {
    @Test("B9: diagnostics name the user's own path and line, in the definition and in helpers")
    func diagnostics() throws {
        let bench = try Workbench()
        let toolchain = try #require(Toolchain.find(searchPath: getenv("PATH").map { String(cString: $0) } ?? "", from: "/"))
        let directory = "\(bench.root)/a \"b\" c"
        let source = DefinitionSource(files: [
            DefinitionSource.File(
                path: "\(directory)/Miniboss.swift", bytes: Array("#!/usr/bin/env miniboss\nlet a = 1\nlet b: Int = \"x\"\n".utf8)),
            DefinitionSource.File(path: "\(directory)/MinibossHelpers/Names.swift", bytes: Array("\n\n\nlet c: Bool = 1\n".utf8)),
        ])
        for file in source.files {
            try Disk.makeDirectories(Disk.directory(of: file.path))
            try Disk.write(file.bytes, to: file.path)
        }
        try bench.cache.prepare()
        let stage = try bench.cache.stage("k")
        for (index, file) in source.files.enumerated() { try Disk.write(file.compiledBytes, to: stage.copy(index)) }
        try Disk.write(Array(stage.overlayText(for: source).utf8), to: stage.overlay)
        // Changed after it was read: what was read is what must be compiled.
        try Disk.write(Array("nonsense".utf8), to: source.files[0].path)
        let command = CompilerCommand(source: source, kit: Kit(directory: "\(bench.root)/kit"), toolchain: toolchain, colour: .never)
        let log = "\(bench.root)/log"
        let end = try ChildProcess(
            arguments: command.arguments(stage: stage, moduleCache: bench.cache.moduleCache),
            environment: ["PATH": "/usr/bin:/bin", "TMPDIR": stage.directory],
            output: .toFile(log), forwardsSignals: false
        ).run()
        let words = String(decoding: try Disk.read(log), as: UTF8.self)
        #expect(end == .exited(1))
        #expect(words.contains("\(directory)/Miniboss.swift:3:14: error:"), "\(words)")
        #expect(words.contains("\(directory)/MinibossHelpers/Names.swift:4:15: error:"), "\(words)")
        #expect(!words.contains(stage.directory), "\(words)")
    }
}
