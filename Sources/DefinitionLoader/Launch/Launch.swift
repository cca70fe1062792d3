internal import Files
internal import Glibc

/// The way from the command line to the program that carries it out.
public struct Launch: Sendable {
    /// What the process was given.
    public struct Setting: Sendable {
        /// Without the program's name.
        public var arguments: [String]
        public var environment: [String: String]
        /// Absolute.
        public var currentDirectory: String
        /// Path of the launcher itself; the kit is found from it.
        public var launcher: String
        /// Whether signals that would end the process are caught while it compiles, so that nothing is left behind.
        public var forwardsSignals: Bool

        public init(
            arguments: [String], environment: [String: String], currentDirectory: String, launcher: String, forwardsSignals: Bool
        ) {
            self.arguments = arguments
            self.environment = environment
            self.currentDirectory = currentDirectory
            self.launcher = launcher
            self.forwardsSignals = forwardsSignals
        }
    }

    let setting: Setting
    let say: @Sendable (String) -> Void

    /// - Parameter say: takes a line for the user that is no reason to stop.
    public init(_ setting: Setting, say: @escaping @Sendable (String) -> Void) {
        self.setting = setting
        self.say = say
    }

    /// The program to become: the compiled definition, or for commands that need none the engine.
    /// - Throws: 64 for arguments that can't be read, 65 and 66 for the definition, 70 for a broken installation, 130 and
    ///   143 when the compilation was interrupted. An unknown command is no error: the engine reports it.
    public func execution() throws(LaunchError) -> Execution {
        let invocation = try Invocation(setting.arguments)
        let kit = try Kit.find(override: setting.environment["MINIBOSS_KIT"], launcher: setting.launcher, from: setting.currentDirectory)
        let file = DefinitionFile.find(named: invocation.file, from: setting.currentDirectory)
        guard invocation.needsDefinition else { return reader(kit, invocation, file) }
        if invocation.command == "stop" { return try stop(kit, invocation, file) }
        guard let file else { throw noDefinition() }
        return try program(kit, invocation, file, isQuiet: false)
    }

    private func noDefinition() -> LaunchError {
        LaunchError(
            exitCode: LaunchError.noDefinition,
            "no definition file: there is no \(DefinitionFile.fileName) in \(setting.currentDirectory) or above it",
            next: "Write one with `miniboss init`, or name one with -f FILE.")
    }

    // MARK: Programs

    private func engine(_ kit: Kit, _ invocation: Invocation, _ file: DefinitionFile?) -> Execution {
        become(kit.engine, invocation, definition: file?.path, hash: nil)
    }

    /// - Parameter source: what the program was made from, where that is at hand.
    private func become(
        _ path: String, _ invocation: Invocation, definition: String?, hash: String?, source: DefinitionSource? = nil
    ) -> Execution {
        var environment = setting.environment
        environment["MINIBOSS_DEFINITION"] = definition
        environment["MINIBOSS_DEFINITION_HASH"] = hash
        // What a hook's own `miniboss` inherits is about another program.
        environment["MINIBOSS_FORMER_PROGRAM"] = nil
        environment["MINIBOSS_STOP_ENGINE"] = nil
        environment["MINIBOSS_STANDS_IN"] = nil
        environment["MINIBOSS_REMEMBER"] = nil
        environment["MINIBOSS_STRANGE_COMPILER"] = nil
        environment["MINIBOSS_HOOKS"] = source.map { $0.mentionedHooks.joined(separator: ",") }
        // When a hook traps, the line of the definition is to be seen, not registers and other threads.
        environment["SWIFT_BACKTRACE"] = environment["SWIFT_BACKTRACE"] ?? "threads=crashed,registers=none,images=none,limit=10,top=0"
        return Execution(path: path, arguments: ["miniboss"] + invocation.forwarded, environment: environment)
    }

    /// The engine, told for doctor of a strange compiler; but for logs, whose lines may hold secrets of services without a
    /// container, the program that last started the group: it knows them.
    private func reader(_ kit: Kit, _ invocation: Invocation, _ file: DefinitionFile?) -> Execution {
        let place = file?.path ?? Disk.absolute(DefinitionFile.fileName, in: setting.currentDirectory)
        if invocation.command == "doctor", !invocation.asksForHelp {
            var execution = engine(kit, invocation, file)
            execution.environment["MINIBOSS_STRANGE_COMPILER"] = strangeCompiler(kit)?.words
            return execution
        }
        guard invocation.command == "logs", !invocation.asksForHelp, !invocation.namesGroup, let former = former(place) else {
            return engine(kit, invocation, file)
        }
        return become(former.path, invocation, definition: place, hash: former.hash)
    }

    private func strangeCompiler(_ kit: Kit) -> StrangeCompiler? {
        guard let toolchain = Toolchain.find(searchPath: setting.environment["PATH"] ?? "", from: setting.currentDirectory),
            let directory = try? Disk.makeTemporaryDirectory("\(temporary)/miniboss")
        else { return nil }
        defer { Disk.removeTree(directory) }
        return StrangeCompiler.find(
            toolchain, kit, environment: setting.environment, directory: directory, forwardsSignals: setting.forwardsSignals)
    }

    private var temporary: String { setting.environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp" }

    /// A definition that is broken or gone never stops a stop: then the program that started the group does it, else the engine.
    private func stop(_ kit: Kit, _ invocation: Invocation, _ file: DefinitionFile?) throws(LaunchError) -> Execution {
        let place = file ?? DefinitionFile(path: Disk.absolute(DefinitionFile.fileName, in: setting.currentDirectory))
        let failure: LaunchError
        do throws(LaunchError) {
            guard let file else { throw noDefinition() }
            var execution = try program(kit, invocation, file, isQuiet: true)
            // It may compile and still be wrong, which the program itself finds out.
            if !invocation.namesGroup, let former = former(place.path), former.path != execution.path {
                execution.environment["MINIBOSS_FORMER_PROGRAM"] = "\(former.hash) \(former.path)"
            }
            execution.environment["MINIBOSS_STOP_ENGINE"] = kit.engine
            return execution
        } catch {
            // Also where there is no compiler any more, or no room to compile: the more it must be possible to stop.
            guard error.exitCode != LaunchError.usage, !error.isInterruption else { throw error }
            failure = error
        }
        let reason = String(failure.message.prefix { $0 != ";" })
        let groups = (try? Disk.names(in: "\(place.directory)/.miniboss")) ?? []
        let isAmbiguous = groups.count > 1 && file == nil && !invocation.namesGroup
        if !isAmbiguous, let former = former(place.path) {
            // Of several groups that program knows one; where another is meant, it makes way for the engine.
            let isSure = groups.count < 2 || !invocation.namesGroup
            say("\(reason); stopping with the program that last started \(isSure ? "this" : "its") group")
            var execution = become(former.path, invocation, definition: place.path, hash: former.hash)
            execution.environment["MINIBOSS_STOP_ENGINE"] = kit.engine
            if !isSure { execution.environment["MINIBOSS_STANDS_IN"] = "1" }
            return execution
        }
        let isElsewhere = setting.environment["MINIBOSS_LEDGER"]?.isEmpty == false
        guard isElsewhere || fileExists("\(place.directory)/.miniboss") else {
            // Nothing stands in for it: what the compiler says is all there is to go on with.
            if let file { return try program(kit, invocation, file, isQuiet: false) }
            throw failure
        }
        say("\(reason); stopping what the ledger knows, without the definition's hooks")
        return engine(kit, invocation, isAmbiguous ? nil : place)
    }

    /// The program that last started the group of a definition file, with the definition's hash.
    private func former(_ definition: String) -> (path: String, hash: String)? {
        guard let cache = DefinitionCache.directory(setting.environment).map(DefinitionCache.init(directory:)),
            let last = cache.remembered(definition), let program = cache.executable(last.key)
        else { return nil }
        return (program, last.definitionHash)
    }

    /// The compiled definition, from the cache or compiled now.
    private func program(_ kit: Kit, _ invocation: Invocation, _ file: DefinitionFile, isQuiet: Bool) throws(LaunchError) -> Execution {
        let source = try file.read()
        let toolchain = Toolchain.find(searchPath: setting.environment["PATH"] ?? "", from: setting.currentDirectory)
        let cache = DefinitionCache.directory(setting.environment).map(DefinitionCache.init(directory:))
        guard let toolchain else {
            // A program made from the same bytes serves as well as ever: a service manager's PATH seldom has a compiler.
            let content = DefinitionKey(source: source, kit: kit, flags: [], toolchainIdentity: "").contentText
            guard let cache, let last = cache.remembered(file.path), last.contentHash == content, let path = cache.executable(last.key)
            else {
                throw LaunchError(
                    exitCode: LaunchError.invalidDefinition, "\(file.name) can't be compiled: there is no swiftc in PATH",
                    next: "Install Swift (https://www.swift.org/install) or add its bin directory to PATH.")
            }
            return become(path, invocation, definition: file.path, hash: source.definitionHash, source: source)
        }
        let isPlain = setting.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        let command = CompilerCommand(source: source, kit: kit, toolchain: toolchain, colour: isPlain ? .never : .automatic)
        let key = DefinitionKey(source: source, kit: kit, flags: command.flags, toolchainIdentity: toolchain.identity)
        guard let cache, let path = try cached(key, command, in: cache, isQuiet: isQuiet) else {
            if cache == nil { say("neither XDG_CACHE_HOME nor HOME is set: the definition is compiled for this run alone") }
            return try uncached(command, invocation, file, isQuiet: isQuiet)
        }
        let own = DefinitionCache.Remembered(key: key.text, contentHash: key.contentText, definitionHash: source.definitionHash)
        var execution = become(path, invocation, definition: file.path, hash: source.definitionHash, source: source)
        switch cache.remembered(file.path) {
        // The first: without a compiler it serves as well as ever.
        case nil: cache.remember(own, for: file.path)
        case own: break
        case _ where invocation.starts:
            // Whether it does start the group the program itself finds out.
            let memory = cache.memory(own, for: file.path)
            execution.environment["MINIBOSS_REMEMBER"] = "\(memory.place)\n\(memory.text)"
        default: break
        }
        return execution
    }

    // MARK: Compiling

    /// The key's executable, compiled if it is missing; `nil` when the cache can't be used.
    private func cached(_ key: DefinitionKey, _ command: CompilerCommand, in cache: DefinitionCache, isQuiet: Bool) throws(LaunchError)
        -> String?
    {
        if let path = cache.executable(key.text) { return path }
        do throws(Disk.Failure) {
            try cache.prepare()
        } catch {
            say("can't use the cache \(cache.directory): \(error.reason); the definition is compiled for this run alone")
            return nil
        }
        let path: String? = try cache.locked(key.text) { () throws(LaunchError) -> String? in
            if let path = cache.executable(key.text) { return path }
            let stage: CompilationStage
            do throws(Disk.Failure) {
                stage = try cache.stage(key.text)
            } catch {
                say("can't use the cache \(cache.directory): \(error.reason); the definition is compiled for this run alone")
                return nil
            }
            do throws(LaunchError) {
                try compile(command, stage, moduleCache: cache.moduleCache, isQuiet: isQuiet)
                do throws(Disk.Failure) {
                    return try cache.publish(stage, as: key.text)
                } catch {
                    throw LaunchError(
                        exitCode: LaunchError.defect, "can't put the compiled definition into \(cache.directory): \(error.reason)",
                        next: "Remove that directory; it holds nothing that can't be made again.")
                }
            } catch {
                Disk.removeTree(stage.directory)
                throw error
            }
        }
        cache.prune()
        return path
    }

    private func uncached(
        _ command: CompilerCommand, _ invocation: Invocation, _ file: DefinitionFile, isQuiet: Bool
    ) throws(LaunchError) -> Execution {
        let parent = temporary
        let stage: CompilationStage
        do throws(Disk.Failure) {
            stage = CompilationStage(directory: try Disk.makeTemporaryDirectory("\(parent)/miniboss"))
        } catch {
            throw LaunchError(
                exitCode: LaunchError.defect, "there is no place to compile in: \(parent): \(error.reason)",
                next: "Set XDG_CACHE_HOME or TMPDIR to a directory that can be written.")
        }
        do throws(LaunchError) {
            try compile(command, stage, moduleCache: "\(stage.directory)/modules", isQuiet: isQuiet)
        } catch {
            Disk.removeTree(stage.directory)
            throw error
        }
        var execution = become(
            stage.executable, invocation, definition: file.path, hash: command.source.definitionHash, source: command.source)
        execution.disposableDirectory = stage.directory
        return execution
    }

    private func compile(_ command: CompilerCommand, _ stage: CompilationStage, moduleCache: String, isQuiet: Bool) throws(LaunchError) {
        try Compilation(
            command: command, stage: stage, moduleCache: moduleCache, isQuiet: isQuiet, forwardsSignals: setting.forwardsSignals,
            environment: setting.environment
        ).run()
    }
}
