/// A plan being written: numbers the steps and makes each shared step once.
struct PlanDraft {
    private(set) var plan = Plan()
    private var shared: [String: Int] = [:]
    /// The step after which a service is running; none when it already is.
    private(set) var lastSteps: [String: Int] = [:]

    @discardableResult
    mutating func add(_ kind: StepKind, _ service: String?, _ target: StepTarget, cause: String, after: [Int?]) -> Int {
        let id = plan.steps.count + 1
        let after = Set(after.compactMap { $0 }).sorted()
        plan.steps.append(PlanStep(id: id, kind: kind, service: service, cause: cause, after: after, target: target))
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

    mutating func finish(_ service: String, with step: Int?) { lastSteps[service] = step }

    mutating func expect(_ outlook: ServiceOutlook) { plan.outlooks.append(outlook) }

    /// Outlooks in the order of definition, whatever order they were planned in.
    func finished(order: [String]) -> Plan {
        var plan = plan
        let rank = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        plan.outlooks = plan.outlooks.map { (rank[$0.service, default: .max], $0) }.sorted { $0.0 < $1.0 }.map(\.1)
        return plan
    }
}
