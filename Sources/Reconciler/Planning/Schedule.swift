/// Which steps may begin: a state machine over a plan, without time or effects.
///
/// Steps wait for all they come after. When one fails, everything that needs it is given up, and nothing else.
public struct Schedule: Sendable, Equatable {
    public enum Status: Sendable, Equatable {
        case waiting, running, succeeded, failed
        /// Not begun, because a step it needs did not succeed.
        case givenUp
    }

    public private(set) var steps: [Int: PlanStep]
    private var order: [Int]
    private var status: [Int: Status] = [:]
    private var isStopped = false

    public init(_ plan: Plan) {
        steps = Dictionary(plan.steps.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        order = plan.steps.map(\.id)
        for id in order { status[id] = .waiting }
    }

    /// The steps that may begin now; they count as running from here on.
    public mutating func begin() -> [PlanStep] {
        guard !isStopped else { return [] }
        var begun: [PlanStep] = []
        for id in order where status[id] == .waiting {
            guard let step = steps[id], step.after.allSatisfy({ status[$0] == .succeeded || status[$0] == nil }) else { continue }
            status[id] = .running
            begun.append(step)
        }
        return begun
    }

    public mutating func succeeded(_ id: Int) {
        if status[id] == .running { status[id] = .succeeded }
    }

    /// - Returns: the steps given up because of it.
    @discardableResult
    public mutating func failed(_ id: Int) -> [PlanStep] {
        guard status[id] == .running else { return [] }
        status[id] = .failed
        return giveUpDependents()
    }

    /// A service failed outside its steps' order, or was cut off: whatever of it waits is given up.
    @discardableResult
    public mutating func giveUp(service: String) -> [PlanStep] {
        var given: [PlanStep] = []
        for id in order where steps[id]?.service == service && status[id] == .waiting && isOwn(id, of: service) {
            status[id] = .givenUp
            if let step = steps[id] { given.append(step) }
        }
        return given + giveUpDependents()
    }

    /// A pull or build may serve other services too, so it is not given up with the one it is named for.
    private func isOwn(_ id: Int, of service: String) -> Bool {
        ![.pullImage, .buildImage].contains(steps[id]?.kind)
    }

    /// Puts `plan` in the place of the running step `id`; what came after that step comes after all of the new ones.
    public mutating func replace(_ id: Int, with plan: Plan) {
        guard status[id] == .running else { return }
        status[id] = .succeeded
        let offset = order.max() ?? 0
        let added = plan.steps.map { step in
            var step = step
            step.id += offset
            step.after = step.after.map { $0 + offset }
            return step
        }
        for step in added {
            steps[step.id] = step
            order.append(step.id)
            status[step.id] = .waiting
        }
        for other in order where status[other] == .waiting && other <= offset && steps[other]?.after.contains(id) == true {
            steps[other]?.after += added.map(\.id)
        }
    }

    /// No step begins any more; those running go on.
    public mutating func stop() { isStopped = true }

    public func status(of id: Int) -> Status? { status[id] }

    public var hasRunning: Bool { status.values.contains(.running) }

    /// Nothing runs and nothing can begin.
    public var isFinished: Bool {
        if hasRunning { return false }
        if isStopped { return true }
        return !order.contains { id in
            status[id] == .waiting && (steps[id]?.after.allSatisfy { status[$0] == .succeeded || status[$0] == nil } ?? false)
        }
    }

    private mutating func giveUpDependents() -> [PlanStep] {
        var given: [PlanStep] = []
        var changed = true
        while changed {
            changed = false
            for id in order where status[id] == .waiting {
                guard let step = steps[id], step.after.contains(where: { status[$0] == .failed || status[$0] == .givenUp }) else {
                    continue
                }
                status[id] = .givenUp
                given.append(step)
                changed = true
            }
        }
        return given
    }
}
