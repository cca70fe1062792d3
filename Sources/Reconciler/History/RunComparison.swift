/// What differs between two runs: definition, engine, what each service was made from, what became of it, how long it took.
public struct RunComparison: Sendable, Equatable {
    /// One thing that is otherwise; `nil` where it is not there at all.
    public struct Change: Sendable, Equatable {
        public var field: String
        public var from: String?
        public var to: String?
    }

    /// One service in both runs.
    public struct Service: Sendable, Equatable {
        public var service: String
        /// Definition and outcome; secrets masked.
        public var changes: [Change]
        /// How long it was worked on; `nil` in a run it had no part in.
        public var seconds: Timing
        /// The steps and hooks it was worked on with, by name, in the order of a start.
        public var steps: [Timing]
    }

    /// How long something took in either run; `nil` where it was not done.
    public struct Timing: Sendable, Equatable {
        public var name: String
        public var from: Double?
        public var to: Double?

        public init(name: String, from: Double?, to: Double?) {
            self.name = name
            self.from = from
            self.to = to
        }

        /// Far enough apart to be more than chance: a fifth, and a twentieth of a second. What only one run did counts from a
        /// hundredth on: a hook that does nothing is done everywhere.
        public var isNotable: Bool {
            guard let from, let to else { return from ?? to ?? 0 >= 0.01 }
            return abs(to - from) > max(0.05, 0.2 * min(from, to))
        }
    }

    public var from: RunSummary
    public var to: RunSummary
    /// Of the runs as a whole.
    public var changes: [Change]
    /// How long the runs took.
    public var seconds: Timing
    /// In the order of the second run's definition, then those only the first had.
    public var services: [Service]

    /// - Parameters:
    ///   - facts: those of both runs, and of every run before: of these `run.started`, `step.intended` and
    ///     `service.state_changed` are read, since a container may be older than the run that found it.
    ///   - atWork: the runs that go on.
    /// - Returns: `nil` when one of the runs has no `run.started`.
    public init?(_ first: Int, _ second: Int, in facts: [RecordedFact], atWork: Set<Int> = []) {
        let before = facts.filter { $0.run == first }
        let after = facts.filter { $0.run == second }
        guard let from = RunSummary(before, isAtWork: atWork.contains(first)),
            let to = RunSummary(after, isAtWork: atWork.contains(second)),
            let start = before.runStart?.body, let end = after.runStart?.body
        else { return nil }
        self.from = from
        self.to = to
        seconds = Timing(name: "took", from: from.seconds, to: to.seconds)
        changes = changed([
            ("command", start.command, end.command), ("arguments", words(start.arguments), words(end.arguments)),
            ("definition", start.definition.map(shortHash), end.definition.map(shortHash)), ("engine", start.engine, end.engine),
            ("network", start.network, end.network), ("outcome", from.outcome.rawValue, to.outcome.rawValue),
        ])
        /// What a service was made from, in the run or before it; what it failed to be made from in the run itself.
        func specs(_ run: Int) -> [String: SpecSummary] {
            SpecSummary.newest(in: facts.filter { $0.run <= run }).merging(SpecSummary.wanted(in: facts.filter { $0.run == run })) { $1 }
        }
        let specs = (specs(first), specs(second))
        let members = (start.services, end.services)
        let laterNames = after.serviceNames
        let isLater = Set(laterNames)
        let names = laterNames + before.serviceNames.filter { !isLater.contains($0) }
        let own = [before, after].map { Dictionary(grouping: $0) { $0.service ?? "" } }
        services = names.compactMap { name in
            let results = (from.services.first { $0.service == name }, to.services.first { $0.service == name })
            var found: [Change] = []
            let member = (members.0.first { $0.name == name }, members.1.first { $0.name == name })
            if (member.0 == nil) != (member.1 == nil) {
                found.append(Change(field: "service", from: member.0.map { _ in "defined" }, to: member.1.map { _ in "defined" }))
            }
            found += changed([
                ("dependencies", member.0.map { words($0.dependencies) ?? "" }, member.1.map { words($0.dependencies) ?? "" })
            ])
            found += specChanges(specs.0[name], specs.1[name], member.0?.image, member.1?.image)
            found += changed([("outcome", results.0.map(outcome), results.1.map(outcome))])
            let steps = timings(own[0][name] ?? [], own[1][name] ?? [])
            let seconds = Timing(name: "took", from: results.0?.seconds, to: results.1?.seconds)
            guard !found.isEmpty || results.0 != nil || results.1 != nil || !steps.isEmpty else { return nil }
            return Service(service: name, changes: found, seconds: seconds, steps: steps)
        }
    }
}

private func specChanges(
    _ before: SpecSummary?, _ after: SpecSummary?, _ imageBefore: String?, _ imageAfter: String?
) -> [RunComparison.Change] {
    guard let before, let after else { return changed([("image", imageBefore, imageAfter)]) }
    return changed(before.fields(beside: after).map { ($0.field, $0.mine, $0.other) })
}

private func changed(_ fields: [(String, String?, String?)]) -> [RunComparison.Change] {
    fields.filter { $0.1 != $0.2 }.map { field, from, to in
        RunComparison.Change(field: field, from: from.map(withoutURLPassword), to: to.map(withoutURLPassword))
    }
}

private func outcome(_ result: ServiceResult) -> String {
    guard let failure = result.failure else { return result.outcome.rawValue }
    return "\(result.outcome.rawValue): \(failure.failureClass.rawValue)"
}

private func words(_ items: [String]) -> String? { items.isEmpty ? nil : items.joined(separator: " ") }

/// The engine's steps and the hooks of one service, of which these are the facts, with the time each took in all.
private func timings(_ before: [RecordedFact], _ after: [RecordedFact]) -> [RunComparison.Timing] {
    func seconds(_ facts: [RecordedFact]) -> [StepKind: Double] {
        facts.reduce(into: [:]) { times, fact in
            switch fact.event {
            case .stepSucceeded(let step): times[step.step, default: 0] += step.seconds
            case .stepFailed(let step): times[step.step, default: 0] += step.seconds
            case .hookFinished(let hook):
                if let step = StepKind(rawValue: hook.hook.rawValue) { times[step, default: 0] += hook.seconds }
            default: break
            }
        }
    }
    let times = (seconds(before), seconds(after))
    return StepKind.allCases.compactMap { step in
        guard times.0[step] != nil || times.1[step] != nil else { return nil }
        return RunComparison.Timing(name: step.rawValue, from: times.0[step], to: times.1[step])
    }
}
