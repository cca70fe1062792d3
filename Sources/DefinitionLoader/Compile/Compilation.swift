internal import Glibc

/// One run of the compiler in a directory of its own.
struct Compilation {
    let command: CompilerCommand
    let stage: CompilationStage
    let moduleCache: String
    /// Whether the compiler's words are shown.
    let isQuiet: Bool
    let forwardsSignals: Bool
    let environment: [String: String]

    /// Leaves the executable and `entry.json` in the stage, and nothing else.
    /// - Throws: 65 when the compiler refuses, its own words already shown; 70 when it can't be run; 130 or 143 when interrupted.
    func run() throws(LaunchError) {
        do {
            for (index, file) in command.source.files.enumerated() { try Disk.write(file.compiledBytes, to: stage.copy(index)) }
            try Disk.write(Array(stage.overlayText(for: command.source).utf8), to: stage.overlay)
        } catch {
            throw LaunchError(
                exitCode: LaunchError.defect, "can't write in \(stage.directory): \(error.reason)",
                next: "Make room, or set XDG_CACHE_HOME.")
        }
        switch try end(of: command.arguments(stage: stage, moduleCache: moduleCache), output: isQuiet ? .discarded : .toStandardError) {
        case .exited(0) where Disk.isExecutable(stage.executable): finish()
        case .exited: throw refusal()
        case .signalled(let signal):
            throw LaunchError(
                exitCode: LaunchError.invalidDefinition, "\(definitionName) does not compile: the compiler was killed by signal \(signal)",
                next: signal == SIGKILL ? "It may have run out of memory." : nil)
        case .interrupted(let signal):
            // 130 for an interrupt, 143 for what asks to end: the contract knows no third.
            throw LaunchError(exitCode: signal == SIGINT ? 130 : 143, "interrupted while compiling \(definitionName)")
        }
    }

    private var definitionName: String { Disk.name(of: command.source.files.first?.path ?? "") }

    private func end(of arguments: [String], output: ChildProcess.Output) throws(LaunchError) -> ChildProcess.End {
        var environment = environment
        // The compiler's own temporary files go where they are cleared away whatever happens.
        environment["TMPDIR"] = stage.directory
        do {
            return try ChildProcess(arguments: arguments, environment: environment, output: output, forwardsSignals: forwardsSignals).run()
        } catch {
            throw LaunchError(
                exitCode: LaunchError.defect, "can't run the compiler \(command.toolchain.compiler): \(error.reason)",
                next: "Check the Swift toolchain: `swiftc --version` must work.")
        }
    }

    private func finish() {
        // Whatever the umask: a program others can write to is not run.
        chmod(stage.executable, 0o700)
        for name in (try? Disk.names(in: stage.directory)) ?? [] where name != CompilationStage.executableName {
            Disk.removeTree("\(stage.directory)/\(name)")
        }
        let facts = [
            ("definition", command.source.files.first?.path ?? ""), ("definition_hash", command.source.definitionHash),
            ("compiler", command.toolchain.identity), ("kit", command.kit.directory), ("kit_build", command.kit.buildID),
            ("flags", command.flags.joined(separator: " ")),
        ]
        let text = "{" + facts.map { "\"\($0.0)\":\(CompilationStage.quoted($0.1))" }.joined(separator: ",") + "}\n"
        // For people who look into the cache; nothing reads it back.
        try? Disk.write(Array(text.utf8), to: "\(stage.directory)/entry.json")
    }

    private func refusal() -> LaunchError {
        let message = "\(definitionName) does not compile; nothing was touched"
        if let stranger = StrangeCompiler.find(
            command.toolchain, command.kit, environment: environment, directory: stage.directory, forwardsSignals: forwardsSignals)
        {
            return LaunchError(exitCode: LaunchError.invalidDefinition, message, next: "\(stranger.words): \(StrangeCompiler.mend)")
        }
        let declaresGroup = command.source.files.contains { Self.contains("@main", in: $0.bytes) }
        return LaunchError(
            exitCode: LaunchError.invalidDefinition, message,
            next: declaresGroup
                ? "Mend what the compiler names above."
                : "It declares no group: a definition has one `@main struct Name: ServiceGroup`; `miniboss init` writes an example.")
    }

    private static func contains(_ word: String, in bytes: [UInt8]) -> Bool {
        let word = Array(word.utf8)
        return bytes.count >= word.count && (0...(bytes.count - word.count)).contains { bytes[$0...].starts(with: word) }
    }
}
