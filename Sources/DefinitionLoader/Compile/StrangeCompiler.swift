/// A compiler that is not the one that built the kit: it may not be able to read the kit's module.
struct StrangeCompiler {
    /// E.g. `MinibossKit was built by Swift version 6.2, but /usr/bin/swiftc is Swift version 6.1`
    let words: String
    static let mend = "install miniboss again with this compiler, or put the other one first in PATH."

    /// Asks the compiler what it is.
    /// - Parameter directory: one for files that are needed meanwhile.
    /// - Returns: `nil` where the two are the same, or can't be told apart.
    static func find(
        _ toolchain: Toolchain, _ kit: Kit, environment: [String: String], directory: String, forwardsSignals: Bool
    ) -> StrangeCompiler? {
        let file = "\(directory)/version"
        let run = ChildProcess(
            arguments: [toolchain.compiler, "--version"], environment: environment, output: .toFile(file), forwardsSignals: forwardsSignals)
        guard let built = kit.compilerVersion.map(firstLine), (try? run.run()) == .exited(0), let bytes = try? Disk.read(file)
        else { return nil }
        let used = firstLine(String(decoding: bytes, as: UTF8.self))
        return built == used
            ? nil : StrangeCompiler(words: "MinibossKit was built by \(built), but \(toolchain.compiler) is \(used)")
    }

    private static func firstLine(_ text: String) -> String { String(text.prefix { !$0.isNewline }) }
}
