import DockerClient
import Ledger
import Reconciler

/// Runs a command in a new container of a service, which is removed at its end. Others may work on the group meanwhile.
/// - Returns: the command's end: that its container could not be removed takes nothing from it.
public func runOneOff(
    _ setting: RunSetting, service: String, command: [String], streams: CommandStreams
) async throws(OperationError) -> CommandEnd {
    let definition = try setting.checkedDefinition()
    try checkServiceNames([service], among: definition.spec.services.map(\.name))
    let code = ExitCode()
    var leftover: String?
    _ = try await conduct(setting, RunTerms(), group: { definition.spec.on($0.network) }) { run in
        guard let defined = run.group[service] else { return WorkEnd(hasFailed: true) }
        var spec: ServiceSpec
        do throws(TemplateFailure) { spec = try defined.resolved(run.journal.state.context) } catch {
            throw OperationError(.failed, error.description, next: "`miniboss start` runs the hooks that write the context.")
        }
        run.journal.conceal(spec.secretTexts)
        spec.ports = []
        spec.command = command
        spec.entrypoint = spec.entrypoint ?? []
        let operation = run.clock.identifier()
        var config = ContainerConfig(
            spec, network: run.group.network,
            labels: [
                GroupLabels.group: run.group.name, GroupLabels.service: service, GroupLabels.run: String(run.journal.run),
                GroupLabels.operation: operation, GroupLabels.oneOff: "true", GroupLabels.ledger: run.setting.ledgerLocation.path,
            ])
        // Not even by its host name, which the engine makes a name on the network: others would reach it for the service.
        config.aliases = []
        config.hostname = nil
        config.tty = streams.tty
        config.openStdin = true
        let observed = try await run.observeNow()
        if !observed.networkExists {
            throw OperationError(
                .failed, "the network \(run.group.network) does not exist",
                next: "`miniboss start` makes it and starts what the command needs.")
        }
        if run.imageID(spec.image) == nil {
            do { try await run.pull(spec.image, service: service, cause: "the image is not here") } catch let failure as Failure {
                throw OperationError(
                    .failed, failure.summary,
                    next: failure.hint(
                        service: service, typeName: spec.typeName, origin: definition.origin(of: service), changes: [],
                        invocation: "run \(service)"))
            }
        }
        let name = "\(PlanRequest.containerName(group: run.group.name, service: service)).run\(run.journal.run)"
        let summary = SpecSummary(spec, imageID: run.imageID(spec.image), network: run.group.network)
        let id = try await run.call(
            EngineStep(kind: .createContainer, service: nil, cause: "run was asked for", target: name, spec: summary), operation: operation,
            result: { $0 }
        ) { [config] () async throws(DockerError) in try await run.engine.create(name: name, config) }
        do {
            let start = run.clock.monotonic()
            do {
                // Attached first: not a byte of what it says at once is missed.
                try await run.interruption.cutting {
                    try await run.engine.attach(container: id, streams: streams) {
                        try await run.call(EngineStep(kind: .startContainer, service: nil, cause: "run was asked for", target: name)) {
                            () async throws(DockerError) in try await run.engine.start(container: id)
                        }
                        try run.stepAside()
                    }
                }
                code.set(Int32(truncatingIfNeeded: try await run.interruption.cutting { try await endedCode(run, id) }))
            } catch {
                if run.mark != nil { try await run.stepBack(exitCode: nil, seconds: run.clock.seconds(since: start), after: error) }
                throw error
            }
            try await run.stepBack(exitCode: Int(code.value), seconds: run.clock.seconds(since: start))
        } catch let left as LeftAside {
            // The next start or stop takes the container away.
            throw left
        } catch {
            // It may have something to clear up, as with any stop.
            if run.interruption.isInterrupted {
                try? await run.call(EngineStep(kind: .stopContainer, service: nil, cause: "run was cut off", target: name)) {
                    () async throws(DockerError) in try await run.engine.stop(container: id, seconds: 10)
                }
            }
            try? await run.remove(service, id, target: name, cause: "run was cut off", force: true, volumes: true)
            if let error = error as? DockerError, error.isBadEntrypoint {
                throw OperationError(
                    notRunnable: error, command,
                    next: "It must be in the image \(spec.image) and executable; with a service's entrypoint, that is what is run.")
            }
            throw error
        }
        do {
            try await run.call(EngineStep(kind: .removeContainer, service: nil, cause: "run ended", target: name)) {
                () async throws(DockerError) in try await run.engine.remove(container: id, force: true, volumes: true)
            }
        } catch let error as DockerError {
            let left = "its container \(name) is left behind, or may be: \(error); the next `miniboss start` or `stop` takes it away"
            try run.journal.note(nil, .noteTaken(NoteTaken(text: left)))
            leftover = run.journal.redaction(left) as String
        }
        return WorkEnd(commandCode: Int(code.value))
    }
    return CommandEnd(code: code.value, leftover: leftover)
}

extension OperationError {
    /// A command that could not begin; the exit code is a shell's.
    init(notRunnable error: DockerError, _ command: [String], next: String) {
        self.init(
            error.isNotExecutable ? .notExecutable : .commandNotFound, "`\(command[0])` can't be run: \(error.engineMessage)", next: next)
    }
}

extension RunSetting {
    /// The containers of `run` commands that no process is at any more, with what is to be said of them.
    /// - Parameter atWork: for those who only read: a run that has not let go of the lock yet has no mark.
    func abandoned(_ oneOffs: [ObservedContainer], atWork: Set<Int> = []) -> [(container: ObservedContainer, cause: String)] {
        oneOffs.compactMap { container in
            guard container.status != .removing, container.run.map({ marks.isMarked($0) || atWork.contains($0) }) != true else {
                return nil
            }
            let origin = container.run.map { "run \($0)" } ?? "a run"
            return (container, "left over from \(origin)")
        }
    }
}

extension GroupRun {
    /// Takes away what a `run` left behind: its container belongs to no plan, and nobody else would.
    func removeOneOffs(_ observed: ObservedGroup) async throws {
        for (container, cause) in setting.abandoned(observed.oneOffs) {
            try await remove(container.service, container.id, target: container.name, cause: cause, force: true, volumes: true)
        }
    }
}

/// The streams end a moment before the engine has the exit code, or long before: a process may have closed its own.
private func endedCode(_ run: GroupRun, _ id: String) async throws -> Int {
    var pause = 0.02
    while true {
        let state = try await run.engine.state(container: id)
        if !state.running { return state.exitCode }
        try await run.clock.sleep(pause)
        pause = min(pause * 1.5, 1)
    }
}
