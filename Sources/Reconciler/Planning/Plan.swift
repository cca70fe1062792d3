/// What is to be done, in what order, and why: steps in topological order, each with its cause.
public struct Plan: Sendable, Equatable {
    public var steps: [PlanStep]
    /// One for each desired service, in the order of definition.
    public var outlooks: [ServiceOutlook]
    /// Services that run and are defined no more: a start stops nobody.
    public var former: [String] = []

    public init(steps: [PlanStep] = [], outlooks: [ServiceOutlook] = []) {
        self.steps = steps
        self.outlooks = outlooks
    }

    public var isEmpty: Bool { steps.isEmpty }

    public func outlook(of service: String) -> ServiceOutlook? {
        outlooks.first { $0.service == service }
    }
}

/// One thing to do.
public struct PlanStep: Sendable, Equatable {
    /// Unique in its plan, from 1.
    public var id: Int
    public var kind: StepKind
    /// `nil` for steps of the whole group.
    public var service: String?
    /// Why, in plain words; never empty.
    public var cause: String
    /// Ids of the steps that must have succeeded first.
    public var after: [Int]
    public var target: StepTarget
    /// Of a reconsidered service: it gets a new container whatever the old one is like.
    public var renews: Bool
    /// What is enough for it to begin before all of `after` has succeeded.
    public var early: EarlyBeginning?

    public init(
        id: Int, kind: StepKind, service: String?, cause: String, after: [Int], target: StepTarget, renews: Bool = false,
        early: EarlyBeginning? = nil
    ) {
        self.renews = renews
        self.early = early
        self.id = id
        self.kind = kind
        self.service = service
        self.cause = cause
        self.after = after
        self.target = target
    }
}

extension PlanStep {
    /// When it may begin: `after 1, 4, or once {user_id} is written and after 1`; empty where nothing comes first.
    public var order: String {
        guard !after.isEmpty else { return "" }
        let steps = "after \(after.map(String.init).joined(separator: ", "))"
        return ([steps] + (early.map { [$0.words] } ?? [])).joined(separator: ", ")
    }
}

/// A container that takes values from the context can be made once they are there, whoever else its service waits for.
public struct EarlyBeginning: Sendable, Equatable {
    /// Context keys that must have been written.
    public var keys: Set<String>
    /// Ids of the steps that must have succeeded.
    public var after: [Int]

    public init(keys: Set<String>, after: [Int]) {
        self.keys = keys
        self.after = after
    }

    /// `or once {user_id} is written and after 1`.
    public var words: String {
        let names = keys.sorted().map { "{\($0)}" }.joined(separator: ", ")
        let steps = after.isEmpty ? "" : " and after \(after.map(String.init).joined(separator: ", "))"
        return "or once \(names) \(keys.count == 1 ? "is" : "are") written\(steps)"
    }
}

/// What a step is done to.
public enum StepTarget: Sendable, Equatable {
    case network(String)
    case image(String)
    /// A container that exists already.
    case container(id: String, name: String)
    /// The container this plan makes for the step's service; `name` is what it is to be called.
    case newContainer(name: String)
    case service(String)

    public var text: String {
        switch self {
        case .network(let name), .image(let name), .newContainer(let name), .service(let name): name
        case .container(_, let name): name
        }
    }
}

/// What the plan means for one service.
public struct ServiceOutlook: Sendable, Equatable {
    public enum Disposition: String, Sendable {
        /// As defined and running, or done: no step.
        case untouched
        /// A container is made where none was.
        case new
        /// Its container is replaced.
        case replaced
        /// Its stopped container is started again.
        case restarted
        /// It runs, but owes a ping or `postStart` from before.
        case completed
        /// Decided later in the run, when what it hangs on is known.
        case reconsidered
        case stopped
        case removed
        /// Nothing of it is there.
        case absent
    }

    public var service: String
    public var disposition: Disposition
    public var cause: String
    public var containerID: String?
    public var differences: [Difference]

    public init(service: String, disposition: Disposition, cause: String, containerID: String? = nil, differences: [Difference] = []) {
        self.service = service
        self.disposition = disposition
        self.cause = cause
        self.containerID = containerID
        self.differences = differences
    }
}

extension Plan {
    /// One line a step: `3 start_container appdb: no container exists (after 2)`.
    public var text: String {
        steps.map { step in
            let service = step.service.map { " \($0)" } ?? ""
            let after = step.order.isEmpty ? "" : " (\(step.order))"
            return "\(step.id) \(step.kind.rawValue)\(service): \(step.cause)\(after)"
        }.joined(separator: "\n")
    }
}
