/// For each service, what it was made from when it last ran, and for each container what it was made from.
struct WorkingSpecs: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var run: Int
        /// `nil` when its container is older than the ledger.
        var spec: SpecSummary?
        var image: String?
        /// Hash of the definition file.
        var definition: String?
    }

    private(set) var byService: [String: Entry] = [:]
    /// By container.
    private(set) var made: [String: SpecSummary] = [:]

    init(_ facts: [RecordedFact], before run: Int) {
        var specs: [String: SpecSummary] = [:]
        var images: [String: String] = [:]
        var definition: String?
        // One that failed later in the run did not work.
        var before: [String: Entry] = [:]
        for fact in facts where fact.run < run {
            switch fact.event {
            case .runStarted(let body):
                for member in body.services { images[member.name] = member.image }
                definition = body.definition
            case .stepIntended(let step) where step.step == .createContainer:
                if let service = fact.service { specs[service] = step.spec }
            case .stateChanged(let change) where change.trigger == .containerCreated:
                if let id = change.containerID, let service = fact.service { made[id] = specs[service] }
            case .stateChanged(let change) where change.to == .running:
                guard let service = fact.service else { continue }
                if byService[service]?.run != fact.run { before[service] = byService[service] }
                byService[service] = Entry(run: fact.run, spec: specs[service], image: images[service], definition: definition)
            case .stateChanged(let change) where change.to == .failed:
                if let service = fact.service, byService[service]?.run == fact.run { byService[service] = before[service] }
            default: break
            }
        }
    }
}
