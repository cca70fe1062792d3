import Orchestrator
import Reconciler

extension Verb {
    /// What `exec` and `run` have in common: a command in a container, connected to this process's own streams.
    /// - Parameters:
    ///   - words: the command, with or without `--` before it.
    ///   - known: the services that can be meant.
    /// - Returns: the command's own exit code.
    func performInContainer(
        _ session: Session, _ target: GroupTarget, service: String, words: [String], known: [String],
        _ body: (RunSetting, [String], CommandStreams) async throws -> CommandEnd
    ) async throws -> Int32 {
        let command = words.first == "--" ? Array(words.dropFirst()) : words
        guard !command.isEmpty else {
            throw OperationError(.usage, "no command was given", next: "For example: miniboss \(Self.name) \(service) -- sh")
        }
        try checkServiceNames([service], among: known)
        let refusal = Terminal.Refusal()
        let streams = Terminal.streams(refusal)
        return try await operate(session, target, progress: shared.progress == .auto ? .quiet : shared.progress) { setting in
            defer { sayIfCutOff(session, setting, service) }
            let end: CommandEnd
            do { end = try await body(setting, command, streams) } catch { throw refusal.reason ?? error }
            // A command that was cut off has no exit code of its own.
            if setting.interruption.isInterrupted { throw Interrupted(signal: setting.interruption.signal) }
            // Other progress has told of it.
            if let leftover = end.leftover, [.auto, .quiet].contains(shared.progress) {
                session.errors.attempt("miniboss: \(SafeText.line(leftover))\n")
            }
            return end.code
        }
    }

    /// The engine has no call that ends a command in a running container.
    private func sayIfCutOff(_ session: Session, _ setting: RunSetting, _ service: String) {
        guard setting.interruption.isInterrupted, Self.name == ExecCommand.name else { return }
        session.errors.attempt("miniboss: interrupted; the command may still run in \(service)'s container\n")
    }
}
