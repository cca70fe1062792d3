import DockerClient
import Files
import Ledger
import Reconciler

extension GroupRun {
    func createContainer(_ step: PlanStep) async throws {
        guard let name = step.service, let service = group[name] else { return }
        var spec = try resolve(service)
        for case .directory(let path) in spec.volumes.map(\.source) where !fileExists(path) {
            throw Failure(
                .mountMissing, phase: .create, summary: "the directory \(path), which it mounts, does not exist after pre_start",
                subject: path)
        }
        if service.imageHangsOnContext { try await prepareImage(spec, of: service) }
        let label = fingerprint(of: spec, network: group.network, key: fingerprintKey)
        spec.ports = await chosenPorts(spec.ports, of: name)
        let operation = clock.identifier()
        let volumes = try await inheritance(of: spec)
        var config = ContainerConfig(
            spec, network: group.network,
            labels: [
                GroupLabels.group: group.name, GroupLabels.service: name, GroupLabels.run: String(journal.run),
                GroupLabels.operation: operation, GroupLabels.spec: label,
                GroupLabels.ledger: setting.ledgerLocation.path,
            ])
        config.mounts += volumes.handedOn.sorted { $0.key < $1.key }.map {
            ContainerConfig.Mount(kind: .volume, source: $0.value, target: $0.key)
        }
        let summary = summary(of: spec)
        func create() async throws -> String {
            try await call(
                EngineStep(kind: .createContainer, service: name, cause: step.cause, target: step.target.text, spec: summary),
                operation: operation, result: { $0 },
                before: (journal.state[name].phase == .creating ? [] : [entry(name, .createBegan, cause: step.cause)])
                    + spec.oversized.map { JournalEntry(name, .noteTaken(NoteTaken(text: $0))) },
                after: { [entry(name, .containerCreated, container: $0)] },
                resolve: { [engine] in
                    let found = try await engine.containers(labels: [GroupLabels.filter(operation: operation)])
                    return found.first.map { .adopted($0.id) } ?? .absent
                }
            ) { () async throws(DockerError) in
                try await engine.create(name: step.target.text, config)
            }
        }
        let id: String
        do { id = try await create() } catch let error as DockerError where error.isNameConflict {
            guard try await clearUnstarted(error, of: name) else { throw await nameConflict(error, name: step.target.text, of: name) }
            id = try await create()
        }
        made(name, id)
        madeFrom(name, label)
        handedOn(to: id, volumes.handedOn)
        if failure(name) != nil { return try await discard(name, container: id, cause: "because its service failed meanwhile") }
        try journal.note(volumes.notes.map { JournalEntry(name, .noteTaken(NoteTaken(text: $0))) })
    }

    /// What a container of a resolved spec is made from, as the ledger keeps it.
    func summary(of spec: ServiceSpec) -> SpecSummary {
        SpecSummary(
            spec, imageID: imageID(spec.image), network: group.network, secretMarks: secretMarks(of: spec, key: fingerprintKey))
    }

    /// The image of a service whose reference was not known when the plan was made.
    private func prepareImage(_ spec: ServiceSpec, of service: ServiceSpec) async throws {
        let isPrepared = preparedImages.contains(spec.name)
        guard let work = spec.imageWork(isHere: imageID(spec.image) != nil, isPrepared: isPrepared) else { return }
        if work.kind == .buildImage {
            try await build(service, cause: work.cause)
        } else {
            try await pull(spec.image, service: spec.name, cause: work.cause)
        }
    }

    private func resolve(_ service: ServiceSpec) throws -> ServiceSpec {
        do {
            let spec = try service.resolved(journal.state.context)
            journal.conceal(spec.secretTexts)
            return spec
        } catch {
            throw Failure(.contextMissing, phase: .create, summary: error.description, subject: error.field)
        }
    }

    /// Takes away the service's own container that holds the name, where it was never started: the call of a run that was killed
    /// may have been carried out after all.
    private func clearUnstarted(_ error: DockerError, of service: String) async throws -> Bool {
        guard let id = error.conflictingContainerID, let holder = try? await engine.inspect(container: id),
            GroupLabels.areOn(holder, group: group.name, service: service), holder.config.labels[GroupLabels.oneOff] == nil,
            holder.state.status == "created"
        else { return false }
        // What was handed on to it holds the data of the container it was to replace.
        let kept = Set(journal.state[service].keptVolumes.values)
        let isAllItsOwn = !holder.mounts.contains { kept.contains($0.name) }
        try await remove(
            service, id, target: holder.name, cause: "made by an earlier run, and never started", force: true, volumes: isAllItsOwn)
        return true
    }

    private func nameConflict(_ error: DockerError, name: String, of service: String?) async -> Failure {
        var holder = error.conflictingContainerID.map { shortID($0) }
        if let id = error.conflictingContainerID, let other = try? await engine.inspect(container: id) {
            if GroupLabels.areOn(other, group: group.name, service: service) {
                return Failure(
                    .nameConflict, phase: .create,
                    summary:
                        "its container's name \(name) is held by another container of its own, \(shortID(id)) (\(other.state.status)), "
                        + "which the engine did not list",
                    subject: name, holder: Failure.ownContainer)
            }
            let group = other.config.labels[GroupLabels.group].map { " of group \"\($0)\"" } ?? " (not made by miniboss)"
            holder = "container \(shortID(id))\(group), image \(other.config.image)"
        }
        return Failure(
            .nameConflict, phase: .create, summary: "its container's name \(name) is held by \(holder ?? "another container")",
            subject: name,
            holder: holder)
    }

    func renameContainer(_ step: PlanStep) async throws {
        let target = step.target.text
        let id: String
        if case .container(let known, _) = step.target { id = known } else { id = try containerID(step) }
        do { try await rename(id, to: target, step) } catch let error as DockerError where error.isNameConflict {
            guard try await hasGone(target, within: 10) else { throw await nameConflict(error, name: target, of: step.service) }
            try await rename(id, to: target, step)
        }
    }

    private func rename(_ id: String, to target: String, _ step: PlanStep) async throws {
        try await call(
            EngineStep(kind: .renameContainer, service: step.service, cause: step.cause, target: target),
            resolve: { [engine] in try await engine.inspect(container: id).name == target ? .adopted(()) : .absent }
        ) { () async throws(DockerError) in
            try await engine.rename(container: id, to: target)
        }
    }

    /// Waits for a container that the engine is taking away: until then its name is not free.
    /// - Returns: whether nobody has the name any more.
    private func hasGone(_ name: String, within seconds: Double) async throws -> Bool {
        let start = clock.monotonic()
        while clock.seconds(since: start) < seconds {
            do {
                guard try await engine.state(container: name).status == "removing" else { return false }
            } catch  where error.isNotFound { return true }
            try await clock.sleep(0.05)
        }
        return false
    }

    /// Starts a container, or lets a paused one go on. One that was made before its context was complete is made again first.
    func startContainer(_ step: PlanStep) async throws -> StepResult {
        guard let service = step.service else { return .succeeded }
        let id = try containerID(step)
        let isAdopted = made(service) != id && journal.state[service].debt(of: id).firstStart
        let label = made(service) == id ? madeFrom(service) : isAdopted ? found(container: id)?.fingerprint : nil
        if let label, let spec = group[service], !spec.contextKeys.isEmpty,
            fingerprint(of: try resolve(spec), network: group.network, key: fingerprintKey) != label
        {
            guard isAdopted else { return .replanned(planRemake(of: spec, container: id, name: step.target.text)) }
            // Made by a run that was killed, from what it was given too: nobody knows which of its volumes were handed on to it.
            remakes(id, of: service, volumes: found(container: id)?.unnamedVolumes ?? [:])
            return .replanned(
                planRemake(of: spec, container: id, name: PlanRequest.containerName(group: group.name, service: service)))
        }
        try await rememberEnd(of: service, container: id, isKept: true)
        try await start(service, id, step)
        return .succeeded
    }

    private func start(_ service: String, _ id: String, _ step: PlanStep) async throws {
        do { try await withOneNetwork { try await callStart(service, id, step) } } catch let error as DockerError where error.isPortInUse {
            throw await portInUse(error, service: service)
        } catch let error as DockerError where error.isContainerMissing {
            throw Failure(
                .exitedNonzero, phase: .start, summary: "its container was removed by someone else before it could be started",
                holder: Failure.somebody)
        }
    }

    private func callStart(_ service: String, _ id: String, _ step: PlanStep) async throws {
        try await call(
            EngineStep(kind: step.kind, service: service, cause: step.cause, target: step.target.text), result: { id },
            before: journal.state[service].phase == .starting ? [] : [entry(service, .startBegan, cause: step.cause, container: id)],
            after: {
                containerStarted(service)
                return [entry(service, .containerStarted, container: id)]
            },
            resolve: { [engine, engineBegan] in
                let state = try await engine.state(container: id)
                if state.paused { return .absent }
                // An earlier start of it proves nothing of this one.
                let hasRun = state.status == "exited" && EngineTime(state.startedAt).map { $0 >= engineBegan } ?? false
                return state.running || hasRun ? .adopted(()) : .absent
            }
        ) { () async throws(DockerError) in
            if step.kind == .unpauseContainer {
                try await engine.unpause(container: id)
            } else {
                try await engine.start(container: id)
            }
        }
    }

    private func portInUse(_ error: DockerError, service: String) async -> Failure {
        var failure = Failure(error, phase: .start)
        guard let port = error.portInUse ?? group[service]?.ports.first?.host else { return failure }
        let holder = await holderOfPort(port, engine: engine, seenFrom: group)
        failure.subject = String(port)
        let isChosen = group[service].map { spec in !spec.ports.contains { $0.host == port } } ?? false
        failure.holder = isChosen ? Failure.chosenPort : holder
        let words = isChosen ? ", which was free when it was chosen, is in use" : " is in use"
        failure.summary = "host port \(port)\(words)\(holder.map { " by \($0)" } ?? "")"
        return failure
    }

    func removeContainer(_ step: PlanStep) async throws {
        guard let service = step.service else { return }
        let id = try containerID(step)
        if made(service) == id {
            try await discard(service, container: id, cause: step.cause)
            return made(service, nil)
        }
        try await rememberEnd(of: service, container: id, isKept: false)
        let tracked = isOwn(id, of: service)
        try await remove(
            service, id, target: step.target.text, cause: step.cause, force: false, volumes: terms.removesVolumes, isTracked: tracked)
    }

    /// - Parameter isTracked: whether the service's phase is about this container.
    func remove(
        _ service: String, _ id: String, target: String, cause: String, force: Bool, volumes: Bool,
        isTracked: Bool = false
    ) async throws {
        try keepVolumes(of: service, id, areRemoved: volumes)
        try await call(
            EngineStep(kind: .removeContainer, service: service, cause: cause, target: target), result: { id },
            before: isTracked ? [entry(service, .removeBegan, cause: cause, container: id, onlyFrom: .stoppable)] : [],
            after: { isTracked ? [entry(service, .containerRemoved, container: id, onlyFrom: [.removing])] : [] },
            resolve: { [engine] in
                do {
                    _ = try await engine.inspect(container: id)
                    return .absent
                } catch let error as DockerError where error.isNotFound { return .adopted(()) }
            }
        ) { () async throws(DockerError) in
            try await engine.remove(container: id, force: force, volumes: volumes)
        }
    }

    /// Whether a container is what the service's phase is about, and not one that is being replaced or left over.
    func isOwn(_ id: String, of service: String) -> Bool {
        guard made(service) == nil, !isReplaced(service) else { return false }
        if let kept = kept(service), kept != id { return false }
        let known = journal.state[service].containerID
        return known == nil || known == id
    }
}
