/// Whom each service of a run waited for: those it needs and, in the place of one that was left alone, those that one needs.
struct AwaitedServices {
    private let dependencies: [String: [String]]
    private let leftAlone: Set<String>

    /// - Parameter facts: those of the run.
    init(_ members: [RunStarted.Member], _ facts: some Sequence<RecordedFact>) {
        dependencies = Dictionary(members.map { ($0.name, $0.dependencies) }, uniquingKeysWith: { first, _ in first })
        var leftAlone: Set<String> = []
        for fact in facts {
            guard let service = fact.service, case .stateChanged(let change) = fact.event else { continue }
            if change.trigger == .foundRunning { leftAlone.insert(service) } else { leftAlone.remove(service) }
        }
        self.leftAlone = leftAlone
    }

    /// Each once, those named first before those behind one that was left alone.
    func of(_ service: String) -> [String] {
        var awaited: [String] = []
        var seen: Set<String> = [service]
        var queue = [service]
        var next = 0
        while next < queue.count {
            for dependency in dependencies[queue[next], default: []] where seen.insert(dependency).inserted {
                if leftAlone.contains(dependency) { queue.append(dependency) } else { awaited.append(dependency) }
            }
            next += 1
        }
        return awaited
    }
}
