extension PostMortem {
    /// A container that should have gone with its service's failure.
    public struct Left: Sendable, Equatable {
        public var service: String
        public var container: String
        public var error: String
    }
}

extension [RecordedFact] {
    /// What clearing up after a failure failed of, the last time it was tried.
    var refusedRemovals: [PostMortem.Left] {
        var failed: Set<String> = []
        var left: [PostMortem.Left] = []
        for fact in self {
            guard let service = fact.service else { continue }
            switch fact.event {
            case .stateChanged(let change) where change.trigger == .failed: failed.insert(service)
            case .stepFailed(let step) where failed.contains(service) && step.step.endsContainer:
                left.removeAll { $0.service == service }
                left.append(PostMortem.Left(service: service, container: step.target, error: step.error))
            case .stepSucceeded(let step) where step.step == .removeContainer: left.removeAll { $0.service == service }
            default: break
            }
        }
        return left
    }
}
