/// One field that was otherwise when the service last ran; secrets masked, passwords in URLs too.
public struct SpecChange: Sendable, Equatable {
    /// `image`, `env.KEY`, `ports`, …: as in `Difference.field`; `definition` for the file as a whole, by its hash.
    public var field: String
    public var before: String?
    public var now: String?
    /// The run in which the service last ran.
    public var run: Int

    /// In words: `env.MODE was "one" in run 6, which worked; now "two"`.
    public var words: String {
        if before == now { return "\(field) has another secret in it than in run \(run), which worked" }
        let then = before.map { "was \"\($0)\"" } ?? "was unset"
        return "\(field) \(then) in run \(run), which worked; now \(now.map { "\"\($0)\"" } ?? "unset")"
    }
}

/// What differs between the last working spec and this one; without a container of its own, only the image can be compared.
func specChanges(
    from working: WorkingSpecs.Entry?, to spec: SpecSummary?, image: String?, definition: String?, failure: Failure
) -> [SpecChange] {
    guard let working else { return [] }
    var fields: [(String, String?, String?)] = []
    if let before = working.spec, let spec {
        fields.append(("image", before.image, spec.image))
        if before.image == spec.image { fields.append(("image id", before.imageID.map(shortID), spec.imageID.map(shortID))) }
        for key in Set(before.env.keys).union(spec.env.keys).sorted() {
            fields.append(("env.\(key)", before.env[key], spec.env[key]))
        }
        fields += [
            ("ports", before.ports.joined(separator: ", "), spec.ports.joined(separator: ", ")),
            ("volumes", before.volumes.joined(separator: ", "), spec.volumes.joined(separator: ", ")),
            ("entrypoint", before.entrypoint?.joined(separator: " "), spec.entrypoint?.joined(separator: " ")),
            ("cmd", before.command?.joined(separator: " "), spec.command?.joined(separator: " ")),
            ("user", before.user, spec.user),
            ("stop_signal", before.stopSignal, spec.stopSignal),
            ("network", before.network, spec.network),
        ]
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

private func shortHash(_ hash: String) -> String { String(hash.prefix(6)) }

extension FailurePhase {
    /// Nothing of the service's own has been made yet.
    var isBeforeContainer: Bool {
        switch self {
        case .pull, .build, .create, .preStart: true
        case .start, .ping, .postStart: false
        }
    }
}

/// The text with the password of `scheme://user:password@host` masked: people put them in plain env values.
func withoutURLPassword(_ text: String) -> String {
    guard let scheme = text.firstRange(of: "://") else { return text }
    let authority = text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != " " }
    guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return text }
    return String(text[...colon]) + EnvironmentValue.mask + String(text[at...])
}
