import Reconciler

extension GroupRun {
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
        let running = all.filter { started.contains($0) || others.contains($0) && failure($0)?.phase.isBeforeContainer != false }
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

    /// A start stands though the file for other programs can't be written.
    func saveContext() {
        do { try SavedContext(setting)?.write(journal.state.context) } catch {
            journal.remark(nil, ".miniboss-context could not be written: \(error.reason)")
        }
    }
}
