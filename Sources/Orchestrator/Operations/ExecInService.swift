import DockerClient
import Reconciler

/// Runs a command in a service's running container, connected to the caller's streams. Others may work on the group meanwhile.
public func execInService(
    _ setting: RunSetting, service: String, command: [String], streams: CommandStreams
) async throws(OperationError) -> CommandEnd {
    do { return try await recordedExec(setting, service: service, command: command, streams: streams) } catch {
        guard error.code == .busy else { throw error }
        let name = PlanRequest.containerName(group: setting.groupName, service: service)
        throw OperationError(
            .busy, error.message,
            next: "Wait for it, since a command of ours is recorded. "
                + "To look inside meanwhile, without a record: `docker exec -it \(name) …`")
    }
}

private func recordedExec(
    _ setting: RunSetting, service: String, command: [String], streams: CommandStreams
) async throws(OperationError) -> CommandEnd {
    let code = ExitCode()
    _ = try await conduct(setting, RunTerms(), group: { setting.group(remembered: $0) }) { run in
        let containers = try await run.engine.containers(
            labels: [GroupLabels.filter(group: run.group.name), "\(GroupLabels.service)=\(service)"])
        guard let container = containers.first(where: { $0.state == "running" && $0.labels[GroupLabels.oneOff] == nil }) else {
            throw await run.nothingToRunIn(service, containers)
        }
        var config = ExecConfig(command)
        config.tty = streams.tty
        let refusal = RuntimeRefusal()
        func notRunnable() -> OperationError? {
            refusal.words.map { OperationError(notRunnable: $0, command, next: "It must be in the service's container and executable.") }
        }
        // Cut off, we hang up; the engine has no call that ends the command.
        let exit: Int
        do {
            exit = try await run.interruption.cutting { [config] in
                try await run.call(
                    EngineStep(kind: .execInContainer, service: service, cause: "exec was asked for", target: container.name),
                    result: { "exit \($0)" }
                ) {
                    try await run.aside {
                        let exit = try await run.engine.exec(container: container.id, config, streams: refusal.heard(on: streams))
                        code.set(Int32(truncatingIfNeeded: exit))
                        return exit
                    }
                }
            }
        } catch let left as LeftAside { throw LeftAside(cause: left.cause ?? notRunnable()) }
        if let refused = notRunnable() { throw refused }
        return WorkEnd(commandCode: exit)
    }
    return CommandEnd(code: code.value)
}

extension GroupRun {
    /// Why a command finds no container of a service to run in. That a start would bring it back only a definition could tell,
    /// which an exec has not.
    fileprivate func nothingToRunIn(_ service: String, _ containers: [ContainerSummary]) async -> OperationError {
        let ended = containers.first { $0.state == "exited" && $0.labels[GroupLabels.oneOff] == nil }
        let code = if let ended { try? await engine.state(container: ended.id).exitCode } else { Int?.none }
        return OperationError(
            .failed, "\"\(service)\" has no running container" + (code.map { ": its last one exited with \($0)" } ?? ""),
            next: "`miniboss start` starts it\(code == nil ? "" : ", unless it is meant to end"); "
                + "`miniboss run \(service) -- …` makes a container for the command alone.")
    }
}

extension WorkEnd {
    /// The end of a command that ran in a container.
    init(commandCode code: Int) {
        hasFailed = code != 0
        error = code == 0 ? nil : "the command exited with \(code)"
    }
}
