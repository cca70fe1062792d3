import Reconciler

extension GroupRun {
    /// Carries out a plan: every step as soon as those it comes after are done. What fails takes only its dependents with it.
    /// - Throws: `OperationError` when the run as a whole can't go on; what is under way is settled first.
    func execute(_ plan: Plan) async throws(OperationError) {
        var walk = PlanWalk(plan, graph: ServiceGraph(group))
        var fatal: OperationError?
        await withTaskGroup(of: Message.self) { tasks in
            // What the loop waits for; a look out for news keeps nobody waiting.
            var atWork = 0
            func spawn(_ step: Int?, _ work: @escaping @Sendable () async -> StepResult) {
                atWork += 1
                tasks.addTask { .done(step, await work()) }
            }
            let news = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            watch.onDeath { _ in news.continuation.yield() }
            context.onWrite { news.continuation.yield() }
            defer {
                watch.onDeath(nil)
                context.onWrite(nil)
            }
            func lookOut() {
                tasks.addTask {
                    for await _ in news.stream { return .news }
                    return .nothing
                }
            }
            func settle(_ aftermaths: [PlanWalk.Aftermath]) {
                for aftermath in aftermaths { spawn(nil) { await self.settle(aftermath) } }
            }
            func proceed() {
                for service in newlyDead(walk) {
                    let aftermaths = walk.died(service)
                    spawn(nil) { await self.settleDeath(of: service) }
                    settle(aftermaths)
                }
                walk.written(walk.awaitedKeys.filter { context.read($0) != nil })
                if interruption.isInterrupted || fatal != nil { walk.stop() }
                for step in walk.begin() { spawn(step.id) { await self.perform(step) } }
            }
            lookOut()
            proceed()
            while atWork > 0, let message = await tasks.next() {
                switch message {
                case .nothing: continue
                case .news: lookOut()
                case .done(let id, let result):
                    atWork -= 1
                    if case .fatal(let error) = result, fatal == nil {
                        fatal = error
                        // What hooks come to could not be recorded any more.
                        if error.code == .ledger { for service in group.services { surrender.giveUp(service.name) } }
                    }
                    if case .ended(let rest) = result, let id {
                        walk.ended(id)
                        spawn(id) { await rest.value }
                    } else if let id {
                        // Work beside the plan has no step.
                        settle(walk.finish(id, result.end))
                    }
                }
                proceed()
            }
            tasks.cancelAll()
        }
        if let fatal { throw fatal }
    }

    private enum Message: Sendable {
        case done(Int?, StepResult)
        /// A service has died, or a context key was written.
        case news
        case nothing
    }

    /// Services that this run brought to running and that have died since.
    private func newlyDead(_ walk: PlanWalk) -> [String] {
        let dead = watch.unsettledDeaths
        guard !dead.isEmpty else { return [] }
        let state = journal.state
        var found: [String] = []
        var open: Set<String> = []
        for service in group.services where !service.isOneShot && !walk.hasFailed(service.name) {
            guard let id = state[service.name].containerID, dead.contains(id) else { continue }
            // One that is not running yet finds out by itself, or is looked at again when it is.
            open.insert(id)
            if state[service.name].phase == .running, uptime(service.name) != nil { found.append(service.name) }
        }
        watch.settle(dead.subtracting(open))
        return found
    }

    /// The last phase of a start the service went through.
    func lastPhase(of service: String) -> FailurePhase { hooks(of: service).postStart == nil ? .ping : .postStart }

    private func settleDeath(of service: String) async -> StepResult {
        do {
            guard let id = journal.state[service].containerID else { return .succeeded }
            let isNeeded = group.services.contains { $0.dependencies.contains(service) }
            let during = isNeeded ? "what depends on it was started" : "it was taken to be up"
            // 137 may have been memory, which only an inspect tells.
            let code = watch.death(of: id).exitCode.flatMap { $0 == 137 ? nil : $0 }
            var failure = try await death(of: service, id, phase: lastPhase(of: service), during: during, exitCode: code)
            failure.seconds = clock.seconds(since: begun(service))
            try await fail(service, failure, in: .postStart)
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
            case .cutShort(let service): surrender.giveUp(service)
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
        let isNeeded = group[service]?.dependencies.contains(needed) == true
        let chain = because.reversed().joined(separator: ", which needs ")
        let cause = isNeeded ? "needs \(chain), which failed" : "\(needed) failed before it"
        // What it said while it waited for one that had died; one that was made early has said nothing.
        let hasRun = uptime(service) != nil
        var entries: [JournalEntry] = []
        if hasRun, let id = journal.state[service].containerID { entries = await evidence(of: service, container: id) }
        try journal.note(entries + [entry(service, .blocked, cause: cause, because: because, onlyFrom: .blockable)])
        // One that was there before this run runs on, and is pinged at the next start.
        guard let id = made(service), !hasRun || !terms.keepFailed else { return }
        try await discard(service, container: id, cause: "because it is blocked: \(cause)")
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
        case .givenUp: .givenUp
        case .interrupted, .fatal: .cutOff
        }
    }
}

extension Set<ServicePhase> {
    /// Where being blocked still means something.
    static let blockable = Set(ServicePhase.allCases.filter { $0.isSettled || $0.isOnTheWayUp })
    /// Where a stop or removal can begin; it may have begun already for another container of the service.
    static let stoppable = Set(ServicePhase.allCases.filter { $0 != .stopping && $0 != .removing })
}
