import Reconciler

extension GroupRun {
    /// Carries out a plan: every step as soon as those it comes after are done. What fails takes only its dependents with it.
    /// - Throws: `OperationError` when the run as a whole can't go on; what is under way is settled first.
    func execute(_ plan: Plan) async throws(OperationError) {
        var walk = PlanWalk(plan: plan, graph: ServiceGraph(group))
        var fatal: OperationError?
        await withTaskGroup(of: (Int?, StepResult).self) { tasks in
            func proceed() {
                if interruption.isInterrupted || fatal != nil { walk.stop() }
                for step in walk.begin() { tasks.addTask { (step.id, await self.perform(step)) } }
            }
            proceed()
            while let (id, result) = await tasks.next() {
                if case .fatal(let error) = result { fatal = fatal ?? error }
                for aftermath in walk.finish(id, result) {
                    tasks.addTask { (nil, await self.settle(aftermath)) }
                }
                proceed()
            }
        }
        if let fatal { throw fatal }
    }

    /// Does what a step's end asks for beside going on.
    private func settle(_ aftermath: PlanWalk.Aftermath) async -> StepResult {
        do {
            switch aftermath {
            case .fail(let service, let failure, let kind):
                try await fail(service, failure, in: kind)
            case .block(let service, let because):
                try await block(service, because: because)
            }
            return .succeeded
        } catch {
            if case .fatal(let error) = StepFault(error, phase: .start) { return .fatal(error) }
            return .succeeded
        }
    }

    private func block(_ service: String, because: [String]) async throws {
        guard journal.state[service].phase != .blocked else { return }
        let cause = "needs \(because.last ?? ""), which failed"
        try move(service, .blocked, cause: cause, because: because, onlyFrom: .blockable)
        if let id = made(service) {
            // Made early and never started: nothing is lost with it, and nothing stays behind.
            try await discard(service, container: id, cause: "blocked: \(cause)")
        }
    }
}

extension Set<ServicePhase> {
    /// Where being blocked still means something.
    static let blockable = Set(ServicePhase.allCases.filter { $0.isSettled || $0.awaitsDependencies })
    /// Where a stop or removal can begin; it may have begun already for another container of the service.
    static let stoppable = Set(ServicePhase.allCases.filter { $0 != .stopping && $0 != .removing })
}

/// A schedule that also knows what a failed step means for the services behind it.
struct PlanWalk {
    enum Aftermath: Sendable {
        case fail(String, Failure, in: StepKind)
        /// The chain runs from the service that failed to the blocked one's own dependency.
        case block(String, because: [String])
    }

    private var schedule: Schedule
    private let graph: ServiceGraph
    private var failed: Set<String> = []
    private var blocked: Set<String> = []
    private var toBlock: [String: [String]] = [:]
    private var running: [Int: String] = [:]

    init(plan: Plan, graph: ServiceGraph) {
        schedule = Schedule(plan)
        self.graph = graph
    }

    mutating func stop() { schedule.stop() }

    mutating func begin() -> [PlanStep] {
        let steps = schedule.begin()
        for step in steps { running[step.id] = step.service }
        return steps
    }

    /// Notes a step's end; `nil` for work beside the plan.
    mutating func finish(_ id: Int?, _ result: StepResult) -> [Aftermath] {
        guard let id else { return [] }
        running[id] = nil
        switch result {
        case .succeeded:
            schedule.succeeded(id)
            return releaseBlocked()
        case .replanned(let plan):
            // For a service that is given up already the answer comes too late.
            let isLost = schedule.steps[id]?.service.map { toBlock[$0] != nil || failed.contains($0) } ?? false
            if isLost { schedule.failed(id) } else { schedule.replace(id, with: plan) }
            return releaseBlocked()
        case .failed(let failure):
            return fail(id, failure)
        case .interrupted, .fatal:
            schedule.stop()
            schedule.failed(id)
            return []
        }
    }

    private mutating func fail(_ id: Int, _ failure: Failure) -> [Aftermath] {
        let owners = owners(of: id)
        failed.formUnion(owners)
        var given = schedule.failed(id)
        for owner in owners { given += schedule.giveUp(service: owner) }
        let lost = Set(given.compactMap(\.service)).subtracting(failed).subtracting(blocked)
        // What of theirs did not wait for the failure, an early create say, is not begun any more either.
        for service in lost { schedule.giveUp(service: service) }
        for service in lost.sorted() {
            let culprit = failed.sorted().first { graph.chain(from: service, to: $0) != nil }
            let chain = culprit.flatMap { graph.chain(from: service, to: $0) } ?? owners + [service]
            toBlock[service] = chain.dropFirst().reversed()
        }
        let kind = schedule.steps[id]?.kind ?? .reconsider
        return owners.map { .fail($0, failure, in: kind) } + releaseBlocked()
    }

    /// The services a failed step is the failure of: its own, or for a shared step all that waited directly for it.
    private func owners(of id: Int) -> [String] {
        guard let step = schedule.steps[id] else { return [] }
        let isShared = [.createNetwork, .pullImage, .buildImage].contains(step.kind)
        let direct =
            isShared
            ? schedule.steps.values.filter { $0.after.contains(id) && schedule.status(of: $0.id) == .waiting }.compactMap(\.service) : []
        return Set(direct + [step.service].compactMap { $0 }).subtracting(failed).sorted()
    }

    /// A service is blocked once nothing of it runs any more, e.g. an early create.
    private mutating func releaseBlocked() -> [Aftermath] {
        let busy = Set(running.values)
        let ready = toBlock.filter { !busy.contains($0.key) && !failed.contains($0.key) }
        for service in ready.keys {
            toBlock[service] = nil
            blocked.insert(service)
        }
        return ready.sorted { $0.key < $1.key }.map { .block($0.key, because: $0.value) }
    }
}
