/// A plan being written: numbers the steps and makes each shared step once.
struct PlanDraft {
    private(set) var plan = Plan()
    private var shared: [String: Int] = [:]
    /// The steps after which a service is running and so is all it needs; none when they already are.
    private(set) var lastSteps: [String: [Int]] = [:]
    /// By container: what to wait for until it does not run any more.
    private(set) var endings: [String: [Int?]] = [:]

    @discardableResult
    mutating func add(
        _ kind: StepKind, _ service: String?, _ target: StepTarget, cause: String, after: [Int?], renews: Bool = false,
        early: EarlyBeginning? = nil
    ) -> Int {
        let id = plan.steps.count + 1
        let after = Set(after.compactMap { $0 }).sorted()
        plan.steps.append(
            PlanStep(id: id, kind: kind, service: service, cause: cause, after: after, target: target, renews: renews, early: early))
        return id
    }

    /// A step several services need, e.g. the pull of one image; `service` names the first that needs it.
    mutating func addOnce(_ kind: StepKind, _ service: String?, _ target: StepTarget, cause: String, after: [Int?] = []) -> Int {
        let key = "\(kind.rawValue) \(target.text)"
        if let id = shared[key] { return id }
        let id = add(kind, service, target, cause: cause, after: after)
        shared[key] = id
        return id
    }

    /// The steps after which the container does not run any more: none for one that has ended. It is ended once, by whoever
    /// asks first.
    /// - Returns: what to wait for instead of `after`.
    mutating func end(_ container: ObservedContainer, of service: String, cause: String, after: [Int?]) -> [Int?] {
        if let known = endings[container.id] { return after + known }
        let target = StepTarget.container(id: container.id, name: container.name)
        var after = after
        if container.status == .running { after = [add(.preStop, service, target, cause: cause, after: after)] }
        if container.status.mustBeStopped {
            after = [add(.stopContainer, service, target, cause: cause, after: after)]
            endings[container.id] = after
        }
        return after
    }

    /// Ends a container and removes it.
    @discardableResult
    mutating func remove(_ container: ObservedContainer, of service: String, cause: String, after: [Int?]) -> Int {
        let ended = end(container, of: service, cause: cause, after: after)
        return add(.removeContainer, service, .container(id: container.id, name: container.name), cause: cause, after: ended)
    }

    /// - Parameter steps: the last of its own; of a service without any, what it comes after: it still stands between those around
    ///   it.
    mutating func finish(_ service: String, after steps: [Int?]) {
        let steps = Set(steps.compactMap { $0 })
        if !steps.isEmpty { lastSteps[service] = steps.sorted() }
    }

    mutating func expect(_ outlook: ServiceOutlook) { plan.outlooks.append(outlook) }

    /// Outlooks in the order of definition, whatever order they were planned in.
    func finished(order: [String]) -> Plan {
        var plan = plan
        let rank = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        plan.outlooks = plan.outlooks.map { (rank[$0.service, default: .max], $0) }.sorted { $0.0 < $1.0 }.map(\.1)
        return plan
    }
}
