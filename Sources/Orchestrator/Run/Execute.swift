import Reconciler

extension GroupRun {
    /// Carries out a plan: every step as soon as those it comes after are done. What fails takes only its dependents with it.
    /// - Throws: `OperationError` when the run as a whole can't go on; what is under way is settled first.
    func execute(_ plan: Plan) async throws(OperationError) {
        var walk = PlanWalk(plan, graph: ServiceGraph(group))
        var fatal: OperationError?
        await withTaskGroup(of: (Int?, StepResult).self) { tasks in
            func proceed() {
                for service in newlyDead(walk) {
                    for aftermath in walk.died(service) { tasks.addTask { (nil, await self.settle(aftermath)) } }
                    tasks.addTask { (nil, await self.settleDeath(of: service)) }
                }
                if interruption.isInterrupted || fatal != nil { walk.stop() }
                for step in walk.begin() { tasks.addTask { (step.id, await self.perform(step)) } }
            }
            proceed()
            while let (id, result) = await tasks.next() {
                if case .fatal(let error) = result { fatal = fatal ?? error }
                if case .ended(let rest) = result, let id {
                    walk.ended(id)
                    tasks.addTask { (id, await rest.value) }
                    proceed()
                    continue
                }
                // Work beside the plan has no step.
                for aftermath in id.map({ walk.finish($0, result.end) }) ?? [] {
                    tasks.addTask { (nil, await self.settle(aftermath)) }
                }
                proceed()
            }
        }
        if let fatal { throw fatal }
    }

    /// Services that this run brought to running and that have died since.
    private func newlyDead(_ walk: PlanWalk) -> [String] {
        guard watch.hasSeenDeath else { return [] }
        let state = journal.state
        return group.services.filter { service in
            guard !service.isOneShot, uptime(service.name) != nil, !walk.hasFailed(service.name) else { return false }
            let record = state[service.name]
            return record.phase == .running && record.containerID.map { watch.death(of: $0).isDead } == true
        }.map(\.name)
    }

    private func settleDeath(of service: String) async -> StepResult {
        do {
            guard let id = journal.state[service].containerID else { return .succeeded }
            let isNeeded = group.services.contains { $0.dependencies.contains(service) }
            let during = isNeeded ? "what depends on it was started" : "others were started"
            // 137 may have been memory, which only an inspect tells.
            let code = watch.death(of: id).exitCode.flatMap { $0 == 137 ? nil : $0 }
            try await fail(service, try await death(of: service, id, phase: .postStart, during: during, exitCode: code), in: .postStart)
            return .succeeded
        } catch {
            if case .fatal(let error) = StepFault(error, phase: .postStart) { return .fatal(error) }
            return .succeeded
        }
    }

    /// Does what a step's end asks for beside going on.
    private func settle(_ aftermath: PlanWalk.Aftermath) async -> StepResult {
        do {
            switch aftermath {
            case .fail(let service, let failure, let kind):
                try await fail(service, failure, in: kind)
            case .block(let service, let because):
                try await block(service, because: because)
            case .leave(let service, let because):
                try leave(service, because: because)
            }
            return .succeeded
        } catch {
            if case .fatal(let error) = StepFault(error, phase: .start) { return .fatal(error) }
            return .succeeded
        }
    }

    private func block(_ service: String, because: [String]) async throws {
        guard journal.state[service].phase != .blocked else { return }
        let needed = because.last ?? ""
        let cause = group[service]?.dependencies.contains(needed) == true ? "needs \(needed), which failed" : "\(needed) failed before it"
        try move(service, .blocked, cause: cause, because: because, onlyFrom: .blockable)
        if let id = made(service) {
            // Made early and never started: nothing is lost with it, and nothing stays behind.
            try await discard(service, container: id, cause: "because it is blocked: \(cause)")
        }
    }

    /// It was to be stopped and was not: it runs on, as it did.
    private func leave(_ service: String, because: String) throws {
        let cause = "left running: \(because) failed before it was its turn"
        try journal.note([
            entry(service, .foundRunning, cause: cause, onlyFrom: .blockable), JournalEntry(service, .noteTaken(NoteTaken(text: cause))),
        ])
    }
}

extension StepResult {
    fileprivate var end: PlanWalk.End {
        switch self {
        case .succeeded, .ended: .succeeded
        case .replanned(let plan): .replanned(plan)
        case .failed(let failure): .failed(failure)
        case .interrupted, .fatal: .cutOff
        }
    }
}

extension Set<ServicePhase> {
    /// Where being blocked still means something.
    static let blockable = Set(ServicePhase.allCases.filter { $0.isSettled || $0.awaitsDependencies })
    /// Where a stop or removal can begin; it may have begun already for another container of the service.
    static let stoppable = Set(ServicePhase.allCases.filter { $0 != .stopping && $0 != .removing })
}
