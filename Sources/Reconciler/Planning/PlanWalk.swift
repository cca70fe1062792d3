/// A schedule that also knows what a failed step means for the services behind it. Pure: whoever carries out the steps tells
/// it how each ended, and does what it answers.
public struct PlanWalk: Sendable {
    /// How a step ended.
    public enum End: Sendable {
        case succeeded
        /// The step was a question; these steps are the answer.
        case replanned(Plan)
        case failed(Failure)
        /// The step was cut short since its service is blocked.
        case givenUp
        /// The whole run ends here; no other step begins.
        case cutOff
    }

    /// What a failed step asks for beside going on.
    public enum Aftermath: Sendable, Equatable {
        case fail(String, Failure, in: StepKind)
        /// What is under way of the service is waited for in vain: a service it needs has died.
        case cutShort(String)
        /// The chain runs from the service that failed to the blocked one's own dependency.
        case block(String, because: [String])
        /// It was to be stopped, and runs on, since the step it waited for failed.
        case leave(String, because: String)
    }

    private var schedule: Schedule
    private let graph: ServiceGraph
    private var failed: Set<String> = []
    /// Blocked or left, and told so.
    private var lost: Set<String> = []
    /// Those that are to get a container, made already or not: one whose old container is not stopped for that is not up to date.
    private var renewed: Set<String> = []
    /// To be told once nothing of the service is under way.
    private var pending: [String: Aftermath] = [:]
    /// How many steps of each service are under way.
    private var busy: [String: Int] = [:]

    public init(_ plan: Plan, graph: ServiceGraph) {
        schedule = Schedule(plan)
        self.graph = graph
        renewed = Self.renewed(by: plan)
    }

    /// No step begins any more; those running go on.
    public mutating func stop() { schedule.stop() }

    /// The steps that may begin now.
    public mutating func begin() -> [PlanStep] {
        let steps = schedule.begin()
        for service in steps.compactMap(\.service) { busy[service, default: 0] += 1 }
        return steps
    }

    /// Notes a step's end.
    public mutating func finish(_ id: Int, _ end: End) -> [Aftermath] {
        if let service = schedule.step(id)?.service, let count = busy[service] { busy[service] = count > 1 ? count - 1 : nil }
        switch end {
        case .succeeded:
            schedule.succeeded(id)
            // It was faster than the news.
            if let service = schedule.step(id)?.service, pending[service] != nil, schedule.isDone(service) { pending[service] = nil }
        case .givenUp: schedule.failed(id)
        case .replanned(let plan):
            // For a service that is given up already the answer comes too late.
            let isLost = schedule.step(id)?.service.map { pending[$0] != nil || failed.contains($0) } ?? false
            if isLost {
                schedule.failed(id)
            } else {
                schedule.replace(id, with: plan)
                renewed.formUnion(Self.renewed(by: plan))
            }
        case .failed(let failure): return fail(id, failure) + tell()
        case .cutOff:
            schedule.stop()
            schedule.failed(id)
            return []
        }
        return tell()
    }

    /// Notes that the process which a stop under way is about has ended: those that are to be stopped after it may begin.
    public mutating func ended(_ id: Int) { schedule.ended(id) }

    /// The context keys of which it is worth telling when they are written.
    public var awaitedKeys: Set<String> { schedule.awaitedKeys }

    /// Notes that context keys have a value now: containers that wait for no more may be made.
    public mutating func written(_ keys: some Sequence<String>) { schedule.written(keys) }

    private static func renewed(by plan: Plan) -> Set<String> {
        Set(plan.steps.filter { $0.kind == .createContainer }.compactMap(\.service))
    }

    public func hasFailed(_ service: String) -> Bool { failed.contains(service) }

    /// Notes that a service which was running has died: who needs it and is not up yet does not come up.
    public mutating func died(_ service: String) -> [Aftermath] {
        guard failed.insert(service).inserted else { return [] }
        // All of them are found first: giving up one takes steps of those behind it along.
        let reached = graph.transitiveDependents(of: service).filter(schedule.isYetToRun).subtracting(failed).subtracting(lost)
        for dependent in reached.sorted() { schedule.giveUp(service: dependent) }
        for (lost, chain) in chains(from: reached, to: [service]) {
            pending[lost] = .block(lost, because: Array(chain.dropFirst().reversed()))
        }
        return reached.filter { busy[$0] != nil }.sorted().map { .cutShort($0) } + tell()
    }

    private mutating func fail(_ id: Int, _ failure: Failure) -> [Aftermath] {
        let owners = owners(of: id)
        failed.formUnion(owners)
        var given = schedule.failed(id)
        for owner in owners { given += schedule.giveUp(service: owner) }
        let reached = Set(given.compactMap(\.service)).subtracting(failed).subtracting(lost)
        // What of theirs did not wait for the failure, an early create say, is not begun any more either.
        for service in reached { given += schedule.giveUp(service: service) }
        let left = Set(given.filter { $0.kind == .stopContainer }.compactMap(\.service)).subtracting(renewed)
        for (service, chain) in chains(from: reached, to: owners) {
            let because = Array(chain.dropFirst().reversed())
            pending[service] = left.contains(service) ? .leave(service, because: owners.first ?? "") : .block(service, because: because)
        }
        let kind = schedule.step(id)?.kind ?? .reconsider
        return owners.map { .fail($0, failure, in: kind) }
    }

    /// From each lost service to the first of the culprits it needs. Where the order of steps is not that of dependencies, as in
    /// a stop, there is no chain between them.
    private func chains(from lost: Set<String>, to culprits: [String]) -> [String: [String]] {
        var chains: [String: [String]] = [:]
        for culprit in culprits where chains.count < lost.count {
            chains.merge(graph.chains(from: lost.subtracting(chains.keys), to: culprit)) { first, _ in first }
        }
        for service in lost.subtracting(chains.keys) { chains[service] = [service] + culprits.prefix(1) }
        return chains
    }

    /// The services a failed step is the failure of: its own, or for a shared step all that waited directly for it to come to
    /// life. Who only waits for it to be stopped afterwards has not failed.
    private func owners(of id: Int) -> [String] {
        guard let step = schedule.step(id) else { return [] }
        let isShared = [.createNetwork, .pullImage, .buildImage].contains(step.kind)
        let direct = isShared ? schedule.waiting(for: id).filter { !$0.kind.endsContainer }.compactMap(\.service) : []
        return Set(direct + [step.service].compactMap { $0 }).subtracting(failed).sorted()
    }

    /// A service is blocked once nothing of it runs any more, e.g. an early create.
    private mutating func tell() -> [Aftermath] {
        let ready = pending.filter { busy[$0.key] == nil && !failed.contains($0.key) }
        for service in ready.keys {
            pending[service] = nil
            lost.insert(service)
        }
        return ready.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension StepKind {
    /// A step that takes a container away, or prepares that.
    public var endsContainer: Bool { [.preStop, .stopContainer, .removeContainer].contains(self) }
}
