import ArgumentParser
import Glibc
public import Orchestrator
import Reconciler

/// The command line: what both a compiled definition and `miniboss-engine` hand their arguments to.
public enum CommandLineEntry {
    /// Makes sure of the standard streams and of last words; the first thing a program does, before it opens a file.
    public static func begin() {
        StandardStreams.fill()
        // While there is one thread.
        _ = ProgramEnvironment.variables
        CrashNotice.install()
        // Swift's runtime takes it for a crash.
        signal(SIGQUIT, SIG_DFL)
        if MinibossCommand.callsEngine(typedCommand) { prepareEngineConnections() }
    }

    /// The command the program was given; `nil` where there is none, or it can't be read, of which more is said later.
    private static let typedCommand =
        (try? ArgumentOrder(Array(CommandLine.arguments.dropFirst()), verbs: MinibossCommand.verbNames))?.command

    /// Reads the user's definition; a trap in the user's own code ends the process as a definition that can't be used.
    public static func reading<Definition>(_ read: () -> Definition) -> Definition {
        if typedCommand == StopCommand.name { UnreadableStop.prepare(ProgramEnvironment.variables) }
        defer { UnreadableStop.dismiss() }
        return CrashNotice.whileReading(read)
    }

    /// Parses the arguments and does what they say.
    ///
    /// - Parameters:
    ///   - definition: the user's group; `nil` for the commands that need none.
    ///   - arguments: without the program's name.
    /// - Returns: the process's exit code, as the contract lists them. Never throws: errors are on standard error.
    public static func run(definition: GroupDefinition?, arguments: [String]) async -> Int32 {
        defer { closeEngineConnections() }
        // A handler instead of SIG_IGN, which programs started by hooks would inherit.
        signal(SIGPIPE) { _ in }
        var session = Session.current(definition: definition)
        // Named for a stop alone.
        if !session.problems.isEmpty { FormerProgram(session.environment)?.takeOver(session) }
        var owesResult = false
        do {
            let order = try ArgumentOrder(arguments, verbs: MinibossCommand.verbNames)
            owesResult = MinibossCommand.runsHooks(order.command) && order.arguments.contains("--json")
            session.command = order.command ?? ""
            session.arguments = order.recorded
            var command = try MinibossCommand.parseAsRoot(order.arguments)
            guard let verb = command as? any Verb else {
                // Help and the like end by throwing what they have to say.
                try command.run()
                return 0
            }
            session.address = GroupAddress(verb.shared)
            if session.environment["MINIBOSS_STANDS_IN"] != nil, let asked = verb.shared.group, asked != definition?.spec.name {
                session.errors.attempt("miniboss: that is another group; stopping what the ledger knows, without the definition's hooks\n")
                StopStandIn(engine: session.environment)?.become()
            }
            if let definition, definition.path == nil, let file = verb.shared.file {
                throw OperationError(
                    .usage, "this program is its own definition and can't use \(file)", next: "Leave out -f, or use the `miniboss` command."
                )
            }
            if owesResult { session.output = .keptForResults() }
            return try await CrashNotice.whileWorking { [session] in try await verb.perform(session) }
        } catch {
            if owesResult, let refusal = refusal(error) {
                let told = refusal.mappingWords { session.address($0) }
                let result = JSON(refusal: told, problems: told.code == .definition ? session.problems : [])
                do { try session.output.line(result.text) } catch { return exitCode(of: error, session) }
            }
            return exitCode(of: error, session)
        }
    }

    /// Why there is no run to tell of; `nil` for help and what else is no refusal.
    private static func refusal(_ error: any Error) -> OperationError? {
        if let error = error as? OperationError { return error }
        guard MinibossCommand.exitCode(for: error) == .validationFailure else { return nil }
        return OperationError(.usage, MinibossCommand.message(for: error))
    }

    private static func exitCode(of error: any Error, _ session: Session) -> Int32 {
        switch error {
        case let error as OperationError:
            session.report(error)
            return error.exitCode
        case StreamFailure.closed:
            return 0
        case StreamFailure.system(let reason):
            session.report(OperationError(.failed, "can't write the result: \(reason)"))
            return OperationError.Code.failed.rawValue
        case let interrupted as Interrupted:
            return SignalTrap.exitCode(signal: interrupted.signal)
        default:
            return parserExitCode(of: error, session)
        }
    }

    /// Errors of the parser, and its way of asking for help; anything else is a defect of ours.
    private static func parserExitCode(of error: any Error, _ session: Session) -> Int32 {
        let code = MinibossCommand.exitCode(for: error)
        if code.isSuccess {
            do { try session.output.line(MinibossCommand.fullMessage(for: error)) } catch { return error == .closed ? 0 : 1 }
            return 0
        }
        if code == .validationFailure {
            let message = MinibossCommand.fullMessage(for: error)
            let ours = message.hasPrefix("Error: ") ? "miniboss: \(message.dropFirst("Error: ".count))" : message
            session.errors.attempt(SafeText.block(ours) + "\n")
            return OperationError.Code.usage.rawValue
        }
        session.report(
            OperationError(
                .defect, "something went wrong that should not have: \(error)",
                next: "This is a defect of miniboss; please report it with what you did. `miniboss history` shows how far it came."))
        return OperationError.Code.defect.rawValue
    }
}
