import ArgumentParser
import Orchestrator
import Reconciler

/// A command of ours.
protocol Verb: ParsableCommand {
    var shared: SharedOptions { get }
    static var definitionUse: DefinitionUse { get }
    /// Whether hooks of the group run, which may print.
    static var runsHooks: Bool { get }
    /// Whether an engine is asked, whatever the arguments.
    static var callsEngine: Bool { get }
    /// Does it. Returns the exit code.
    func perform(_ session: Session) async throws -> Int32
}

/// What a command wants of the definition.
enum DefinitionUse {
    /// Without a sound one nothing is touched.
    case required
    /// A broken one is as good as none: the ledger knows enough.
    case ifSound
    /// Not looked at but for its name.
    case unused
}

extension Verb {
    static var runsHooks: Bool { false }
    static var callsEngine: Bool { definitionUse != .unused }

    static var name: String { configuration.commandName ?? _commandName }

    /// That nothing is known need not mean that nothing was: a start leaves its context beside the definition.
    func sayIfLost(_ session: Session, _ target: GroupTarget) throws {
        guard !shared.json, try target.records(session) == nil, setting(session, target).hasSavedContext,
            try GroupTarget.all(session, shared).isEmpty
        else { return }
        session.errors.attempt("miniboss: .miniboss-context tells of an earlier start, whose ledger is gone; see `miniboss doctor`\n")
    }

    /// The definition as this command may use it.
    /// - Throws: `OperationError` when it is required and missing or wrong; the problems are then printed already.
    func usableDefinition(_ session: Session) throws(OperationError) -> GroupDefinition? {
        let problems = session.problems
        switch Self.definitionUse {
        case .unused: return session.definition
        case .ifSound:
            if problems.isEmpty { return session.definition }
            for problem in problems { session.errors.attempt("\(problem)\n") }
            session.errors.attempt("miniboss: the definition can't be used; going by the ledger, without hooks\n")
            return nil
        case .required:
            guard let definition = session.definition else {
                throw OperationError(
                    .noDefinition, "`miniboss \(Self.name)` needs a definition, and there is none in \(session.currentDirectory) or above",
                    next: "Write one with `miniboss init`, or name it with -f FILE.")
            }
            guard problems.isEmpty else {
                for problem in problems { session.errors.attempt("\(problem)\n") }
                throw OperationError(
                    .definition,
                    "the definition has \(problems.count == 1 ? "a problem" : "\(problems.count) problems"); nothing was touched",
                    next: "Mend what is named above, then `miniboss \(Self.name)` again.")
            }
            return definition
        }
    }

    /// The group this command is about.
    /// - Parameter mayBeUnstarted: whether a definition beside which there is no ledger yet is a group without a past.
    func target(_ session: Session, mayBeUnstarted: Bool = false) throws -> GroupTarget {
        let definition = try usableDefinition(session)
        if Self.definitionUse == .ifSound, definition == nil, let broken = session.definition {
            // The name of a broken definition is still the group's.
            var shared = shared
            shared.group = shared.group ?? broken.spec.name
            return try GroupTarget(session, shared, definition: nil)
        }
        return try GroupTarget(
            session, shared, definition: definition, mayBeUnstarted: mayBeUnstarted, needsDefinition: Self.definitionUse == .required)
    }

    func setting(
        _ session: Session, _ target: GroupTarget, observer: any RunObserver = QuietProgress(), interruption: Interruption = Interruption()
    ) -> RunSetting {
        RunSetting(
            command: session.command, arguments: session.arguments, definition: target.definition, groupName: target.name,
            directory: target.directory, ledgerPath: session.ledgerPath, environment: session.environment, observer: observer,
            interruption: interruption)
    }

    /// Runs an operation that the ledger remembers: with progress, and with signals that interrupt it in good order.
    func operate<Result>(
        _ session: Session, _ target: GroupTarget, progress: ProgressMode, remembering: Bool = false,
        _ body: (RunSetting) async throws -> Result
    ) async throws -> Result {
        let display = progress.display(on: session.errors, paint: session.errorPaint, term: session.environment["TERM"])
        let interruption = Interruption()
        SignalTrap.install(interruption) { display.interrupted() }
        do {
            let memory = remembering ? ProgramMemory(environment: session.environment, next: display) : nil
            let result = try await body(setting(session, target, observer: memory ?? display, interruption: interruption))
            display.finish()
            memory?.remember()
            return result
        } catch {
            display.finish()
            guard interruption.isInterrupted, !(error is OperationError) else { throw error }
            throw Interrupted(signal: interruption.signal)
        }
    }

    /// Prints what came of a run. Returns the exit code.
    func conclude(_ end: RunEnd, _ session: Session, _ target: GroupTarget) throws -> Int32 {
        let text = RunEndText(group: target.name, end: end, paint: session.paint, width: session.output.width, address: session.address)
        do throws(StreamFailure) {
            if shared.json {
                try session.output.line(text.json(earlier: evidence(before: end, session, target)).text)
            } else {
                try session.output.lines(text.lines(earlier: evidence(before: end, session, target)))
            }
        } catch {
            // That nobody reads (`start | head -1`) changes nothing in what became of the run.
            guard error == .closed else { throw error }
        }
        switch end.outcome {
        case .succeeded: return 0
        case .failed: return OperationError.Code.failed.rawValue
        case .interrupted: return SignalTrap.exitCode(signal: end.facts.filter { $0.run == end.run }.runEnd?.body.signal)
        case .crashed: return OperationError.Code.defect.rawValue
        }
    }

    /// What a short post-mortem needs of earlier runs; a ledger that can't be read now takes nothing from the result.
    private func evidence(before end: RunEnd, _ session: Session, _ target: GroupTarget) -> [RecordedFact] {
        guard end.outcome == .failed, let records = try? target.records(session) else { return [] }
        return (try? records.evidence(for: end.facts)) ?? []
    }
}

/// A command was interrupted before it came to an end of its own.
struct Interrupted: Error {
    var signal: String?
}
