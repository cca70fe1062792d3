/// One field that was otherwise when the service last ran; secrets masked, passwords in URLs too.
public struct SpecChange: Sendable, Equatable {
    /// `image`, `env.KEY`, `ports`, …: as in `Difference.field`; `definition` for the file as a whole, by its hash.
    public var field: String
    public var before: String?
    public var now: String?
    /// The run in which the service last ran.
    public var run: Int

    /// In words: `env.MODE was "one" in run 6, in which it worked; now "two"`.
    public var words: String {
        if before == now { return "\(field) has another secret in it than in run \(run), in which it worked" }
        func shown(_ value: String?) -> String { value.map { $0.isEmpty ? "empty" : "\"\($0)\"" } ?? "unset" }
        return "\(field) was \(shown(before)) in run \(run), in which it worked; now \(shown(now))"
    }
}

extension SpecChange {
    /// By service: what its container was made from otherwise than when it last ran before this run.
    ///
    /// Only services that were to get a container in this run are in it: another is what it was.
    /// - Parameters:
    ///   - facts: those of the run.
    ///   - earlier: those of runs before it; `step.intended` and `service.state_changed` are read.
    public static func all(in facts: [RecordedFact], earlier: [RecordedFact]) -> [String: [SpecChange]] {
        guard let run = facts.runStart?.fact.run else { return [:] }
        let working = WorkingSpecs(earlier, before: run).byService
        return SpecSummary.wanted(in: facts.filter { $0.run == run }).reduce(into: [:]) { changes, made in
            guard let entry = working[made.key], let before = entry.spec else { return }
            let found = before.fields(beside: made.value).filter { $0.mine != $0.other }.map { field, before, now in
                SpecChange(field: field, before: before.map(withoutURLPassword), now: now.map(withoutURLPassword), run: entry.run)
            }
            if !found.isEmpty { changes[made.key] = found }
        }
    }
}

extension SpecSummary {
    /// By service: what the newest container among these facts was to be made from.
    public static func newest(in facts: [RecordedFact]) -> [String: SpecSummary] {
        facts.reduce(into: [:]) { specs, fact in
            guard let service = fact.service, case .stepIntended(let step) = fact.event, step.step == .createContainer else { return }
            specs[service] = step.spec
        }
    }

    /// The same for the facts of one run, with what failed before it came to a container.
    public static func wanted(in facts: [RecordedFact]) -> [String: SpecSummary] {
        let unmade = facts.reduce(into: [String: SpecSummary]()) { specs, fact in
            if let service = fact.service, case .stateChanged(let change) = fact.event, let spec = change.spec { specs[service] = spec }
        }
        return newest(in: facts).merging(unmade) { _, unmade in unmade }
    }
}

/// What differs between the last working spec and this one; without a container of its own, only the image can be compared.
func specChanges(
    from working: WorkingSpecs.Entry?, to spec: SpecSummary?, image: String?, definition: String?, failure: Failure
) -> [SpecChange] {
    guard let working else { return [] }
    var fields: [(String, String?, String?)] = []
    if let before = working.spec, let spec {
        fields = before.fields(beside: spec).map { ($0.field, $0.mine, $0.other) }
    } else if let before = working.spec?.image ?? working.image, let image, spec == nil, failure.phase.isBeforeContainer {
        fields.append(("image", before, image))
    }
    if let before = working.definition, let definition {
        // Last: hooks may differ, too, and no field tells of them.
        fields.append(("definition", shortHash(before), shortHash(definition)))
    }
    return fields.filter { $0.1 != $0.2 }.map { field, before, now in
        SpecChange(
            field: field, before: before.map(withoutURLPassword), now: now.map(withoutURLPassword), run: working.run)
    }
}

extension SpecSummary {
    /// Every field of this spec beside the same of another, in the order in which people read them.
    func fields(beside other: SpecSummary) -> [(field: String, mine: String?, other: String?)] {
        var fields: [(String, String?, String?)] = [("image", image, other.image)]
        if image == other.image, let imageID, let otherID = other.imageID {
            fields.append(("image id", shortID(imageID), shortID(otherID)))
        }
        for key in Set(env.keys).union(other.env.keys).sorted() {
            var value = other.env[key]
            if hasAnotherSecret(than: other, in: key) { value? += " (another one)" }
            fields.append(("env.\(key)", env[key], value))
        }
        return fields + [
            ("ports", portWords(beside: other), other.portWords(beside: self)),
            ("volumes", volumes.joined(separator: ", "), other.volumes.joined(separator: ", ")),
            ("entrypoint", entrypoint?.joined(separator: " "), other.entrypoint?.joined(separator: " ")),
            ("cmd", command?.joined(separator: " "), other.command?.joined(separator: " ")), ("user", user, other.user),
            ("stop_signal", stopSignal, other.stopSignal), ("network", network, other.network),
        ]
    }

    /// Marks made under different keys say nothing about one another.
    private func hasAnotherSecret(than other: SpecSummary, in variable: String) -> Bool {
        guard let mine = secretMarks?[variable]?.split(separator: ":"), let its = other.secretMarks?[variable]?.split(separator: ":"),
            mine.dropLast() == its.dropLast()
        else { return false }
        return mine != its
    }
}

func shortHash(_ hash: String) -> String { String(hash.prefix(6)) }
