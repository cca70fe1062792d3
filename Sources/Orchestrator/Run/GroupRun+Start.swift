import DockerClient
import Glibc
import Reconciler

extension GroupRun {
    /// Records what the plan means for each service before anything is done.
    func begin(_ plan: Plan, excluded: [String]) async throws {
        try leaveOut(excluded)
        var entries: [JournalEntry] = []
        for outlook in plan.outlooks {
            keep(outlook)
            switch outlook.disposition {
            case .untouched:
                entries.append(entry(outlook.service, .foundRunning, cause: outlook.cause, container: outlook.containerID))
            case .new where journal.state[outlook.service].containerID != nil:
                // Somebody else removed it: what the ledger knew of that container is over.
                entries.append(entry(outlook.service, .foundAbsent, cause: "its container is gone"))
                entries.append(entry(outlook.service, .planned, cause: outlook.cause))
            default:
                entries.append(entry(outlook.service, .planned, cause: outlook.cause))
            }
            if !outlook.differences.isEmpty, let id = outlook.containerID {
                entries.append(
                    JournalEntry(
                        outlook.service, .divergenceFound(DivergenceFound(containerID: id, differences: outlook.differences))))
            }
        }
        if !entries.isEmpty { try journal.note(entries) }
    }

    /// Says of containers that nothing in the definition stands for any more that they go on: a start stops nobody.
    func noteFormerServices(_ observed: ObservedGroup) throws {
        let defined = Set((setting.definition?.spec ?? group).services.map(\.name))
        for container in observed.containers where container.status == .running && !defined.contains(container.service) {
            let text = "it is no longer in the definition and still runs; `miniboss stop` ends it"
            try journal.note(container.service, .noteTaken(NoteTaken(text: text)))
        }
    }

    /// Records that services are left out, of which nothing else is known: that one runs, or why it failed, stays known.
    func leaveOut(_ services: [String]) throws {
        let entries = services.map { entry($0, .excluded, cause: "excluded by the user", onlyFrom: [.absent]) }
        if !entries.isEmpty { try journal.note(entries) }
    }

    /// Looks once more at what was started: a container that died after its ping is a failed service, not a running one.
    ///
    /// A program that fails at once needs a moment to do so, and the engine another one to notice. Where the process itself
    /// can be seen, the first is enough.
    func confirmRunning() async throws {
        guard !interruption.isInterrupted else { return }
        let state = journal.state
        let fresh = group.services.map(\.name).filter { uptime($0) != nil && state[$0].phase == .running }
        guard !fresh.isEmpty else { return }
        try await settle(fresh, Self.failingTime)
        try await settle(
            fresh.filter { !ContainerProcess.isSeenAlive(pid: process($0) ?? 0, container: state[$0].containerID ?? "") }, Self.noticingTime
        )
        let containers = try await engine.containers(labels: [GroupLabels.filter(group: group.name)])
        let running = Set(containers.filter { $0.state == "running" }.map(\.id))
        for name in fresh where group[name]?.isOneShot != true {
            guard let id = state[name].containerID, !running.contains(id) else { continue }
            try await fail(name, try await death(of: name, id, phase: .postStart, during: "it was thought to be running"), in: .postStart)
        }
    }

    /// The services of the group whose containers run, in the order of the definition; `nil` where the engine does not say.
    func runningServices() async -> [String]? {
        guard let containers = try? await engine.containers(labels: [GroupLabels.filter(group: group.name)]) else { return nil }
        let running = Set(
            containers.filter { $0.state == "running" && $0.labels[GroupLabels.oneOff] == nil }.compactMap {
                $0.labels[GroupLabels.service]
            })
        let defined = (setting.definition?.spec ?? group).services.map(\.name).filter(running.contains)
        return defined + running.subtracting(defined).sorted()
    }

    /// Waits until each of the services has been up for so many seconds.
    private func settle(_ services: [String], _ seconds: Double) async throws {
        guard let youngest = services.compactMap({ uptime($0) }).min(), youngest < seconds else { return }
        try await clock.sleep(seconds - youngest)
    }

    /// Seconds in which a program that can't run at all has ended.
    private static let failingTime = 0.015
    /// Seconds after which the engine has noticed a program that ended at once; measured at 0.05 to 0.2 on Docker 20.10.
    private static let noticingTime = 0.25

    /// Calls the group's hook and writes the context for other programs.
    /// - Returns: the hook's error, which is reported and undoes nothing.
    func finishStart() async throws -> String? {
        saveContext()
        guard !interruption.isInterrupted else { return nil }
        guard let hook = setting.definition?.groupHooks.onStartServices else { return nil }
        let started = group.services.map(\.name).filter { journal.state[$0].phase == .running }
        // What was left out or blocked may run all the same, and the old container of one whose new one was never made.
        let all = setting.definition?.spec.services.map(\.name) ?? []
        let others = started.count == all.count ? [] : Set(await runningServices() ?? [])
        let running = all.filter { started.contains($0) || others.contains($0) && failure($0)?.isBeforeItsContainer != false }
        guard !running.isEmpty else { return nil }
        let error = try await groupHook(.onStartServices) { try await hook(running) }
        // It may have written, too.
        saveContext()
        return error
    }

    func groupHook(_ name: HookName, _ body: @escaping @Sendable () async throws -> Void) async throws -> String? {
        let limits = HookLimits(deadline: terms.hookTimeout, clock: clock, interruption: interruption, executor: setting.host.hookExecutor)
        switch try await hold(name, of: nil, limits: limits, body: body) {
        case .threw(let error): return "\(name.rawValue) threw: \(error.text)"
        case .timedOut: return "\(name.rawValue) was not back after \(decimal(terms.hookTimeout, places: 1)) s"
        case .finished, .interrupted, .overtaken: return nil
        }
    }

    /// `.miniboss-context` beside the definition: JSON, secrets masked. The ledger is the truth.
    func saveContext() {
        guard let path = setting.contextPath else { return }
        let text = contextText
        let temporary = "\(path).new"
        guard let file = fopen(temporary, "we") else { return }
        let isWritten = fputs(text, file) >= 0
        guard fclose(file) == 0, isWritten else { return }
        rename(temporary, path)
    }

    /// The context as other programs may read it.
    var contextText: String {
        let context = journal.state.context
        let shown = context.values.map { key, value in
            (key, context.secretKeys.contains(key) ? ContextValue.string(EnvironmentValue.mask) : value)
        }
        return ContextValue.object(Dictionary(uniqueKeysWithValues: shown)).json + "\n"
    }

    /// - Parameter text: what this group would have written; the file of another group of the directory stays.
    func removeSavedContext(holding text: String) {
        if let path = setting.contextPath, textFile(path) == text { unlink(path) }
    }
}
