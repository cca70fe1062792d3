internal import Reconciler

/// Finds what Swift would silently ignore: a misspelt member, or one of another type than miniboss reads.
///
/// Stored properties are seen by reflection; computed ones and methods only in the source text, when it is there.
struct FieldCheck {
    let sources: DefinitionSources

    func problems(of service: any Service) -> [DefinitionProblem] {
        problems(of: service, named: "service \"\(service.name)\"", members: KnownMember.ofService, alsoGiven: service.givenMembers)
    }

    func problems(of group: any ServiceGroup) -> [DefinitionProblem] {
        problems(of: group, named: "group \"\(group.name)\"", members: KnownMember.ofGroup, alsoGiven: ["services"])
    }

    private func problems(of subject: Any, named owner: String, members: [KnownMember], alsoGiven: [String]) -> [DefinitionProblem] {
        let type = unqualifiedTypeName(of: subject)
        let declared = sources.declarations(of: type)
        let stored = StoredProperty.all(of: subject)
        let given = Set(stored.map(\.name)).union(declared.map(\.declaration.name)).union(alsoGiven)
        let byName = Dictionary(members.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

        func problem(_ name: String, _ message: String) -> DefinitionProblem {
            guard let place = declared.first(where: { $0.declaration.name == name })?.place else {
                return DefinitionProblem(typeName: type, "\(owner) \(message)")
            }
            return DefinitionProblem(place: "\(place)", "\(owner) \(message)")
        }

        var found: [DefinitionProblem] = []
        for property in stored {
            if let member = byName[property.name] {
                if property.isOptional && !member.takesOptional || !member.fits(property.value) {
                    found.append(problem(property.name, member.mismatch(property.typeName)))
                }
            } else if let meant = nearest(to: property.name, isField: true, among: members, given: given) {
                found.append(
                    problem(property.name, "has a field `\(property.name)`, which miniboss does not know; did you mean `\(meant)`?"))
            }
        }
        let seen = Set(stored.map(\.name))
        var reported: Set<String> = []
        for (declaration, _) in declared where !seen.contains(declaration.name) && reported.insert(declaration.name).inserted {
            let overloads = declared.map(\.declaration).filter { $0.name == declaration.name }
            if let message = message(about: declaration, overloads: overloads, byName: byName, members: members, given: given) {
                found.append(problem(declaration.name, message))
            }
        }
        return found
    }

    private func message(
        about declaration: SourceOutline.Declaration, overloads: [SourceOutline.Declaration], byName: [String: KnownMember],
        members: [KnownMember], given: Set<String>
    ) -> String? {
        guard let member = byName[declaration.name] else {
            let isField = declaration.kind != .method
            guard let meant = nearest(to: declaration.name, isField: isField, among: members, given: given) else { return nil }
            let kind = isField ? "field" : "method"
            return "has a \(kind) `\(declaration.name)`, which miniboss does not know; did you mean `\(meant)`?"
        }
        switch member.kind {
        case .hook:
            if overloads.contains(where: { $0.kind == .method && member.isSatisfied(by: $0.signature) }) { return nil }
            return "has `\(member.name)` in a form that miniboss does not call; write `\(member.example)`"
        case .property(let plain):
            guard declaration.kind == .property, let plain, declaration.signature.hasPrefix(":") else { return nil }
            let written = String(declaration.signature.dropFirst())
            return Self.isSpelledOut(written) && written != plain ? member.mismatch(written) : nil
        }
    }

    /// The member one edit away, capitals and underscores aside; none when the type has that member too: then both are meant.
    private func nearest(to name: String, isField: Bool, among members: [KnownMember], given: Set<String>) -> String? {
        let plain = Self.plain(name)
        let meant = Self.otherWords[plain] ?? (isField ? Self.otherFields[plain] : nil)
        if let meant, members.contains(where: { $0.name == meant }), !given.contains(meant) { return meant }
        return members.first { member in
            guard !given.contains(member.name) else { return false }
            // A field `restart` is no misspelt hook `preStart`, nor a method `port` a misspelt field.
            let distance = editDistance(plain, Self.plain(member.name))
            return distance == 0 || distance == 1 && isField != member.isHook
        }?.name
    }

    /// What Docker Compose calls the same, as far as nobody would call anything else so.
    private static let otherWords = ["environment": "env", "dependson": "dependencies", "healthcheck": "readiness"]
    /// The same of fields; a method of such a name does something of its own.
    private static let otherFields = ["command": "cmd", "build": "buildFromDirectory"]

    private static func plain(_ name: String) -> String {
        name.lowercased().filter { $0 != "_" }
    }

    /// Whether a type is written with the standard names alone, so that text can be compared with text.
    private static func isSpelledOut(_ type: String) -> Bool {
        let names = type.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "." }
        return !names.isEmpty
            && names.allSatisfy { ["String", "Int", "Bool", "Double", "Float", "UInt16", "UInt", "Character"].contains($0) }
    }
}

extension Service {
    /// The members whose value is not the default, and those without one: the type has them, wherever they are written.
    fileprivate var givenMembers: [String] {
        var given = ["name", "image"]
        if !dependencies.isEmpty { given.append("dependencies") }
        if !env.environment.values.isEmpty { given.append("env") }
        if !ports.isEmpty { given.append("ports") }
        if !volumes.volumeList.entries.isEmpty { given.append("volumes") }
        if entrypoint.commandText != .imageDefault { given.append("entrypoint") }
        if cmd.commandText != .imageDefault { given.append("cmd") }
        if !user.isEmpty { given.append("user") }
        if !buildFromDirectory.isEmpty { given.append("buildFromDirectory") }
        return given
    }
}

extension KnownMember {
    fileprivate func mismatch(_ written: String) -> String {
        "has `\(name)` as \(written), but miniboss takes \(type): write `\(example)`"
    }
}

/// A stored property as reflection sees it.
struct StoredProperty {
    let name: String
    let value: Any

    var isOptional: Bool { Mirror(reflecting: value).displayStyle == .optional }

    /// The type as it is written in Swift: `[String: Int]`, not `Dictionary<String, Int>`.
    var typeName: String { TypeSpelling(String(describing: type(of: value))).text }

    static func all(of subject: Any) -> [StoredProperty] {
        var mirror: Mirror? = Mirror(reflecting: subject)
        var found: [StoredProperty] = []
        while let current = mirror {
            found += current.children.compactMap { child in
                child.label.map { StoredProperty(name: declaredName($0), value: child.value) }
            }
            mirror = current.superclassMirror
        }
        return found
    }

    /// A lazy property is stored under another name.
    private static func declaredName(_ label: String) -> String {
        let lazy = "$__lazy_storage_$_"
        return label.hasPrefix(lazy) ? String(label.dropFirst(lazy.count)) : label
    }
}
