extension GroupSpec {
    /// Everything wrong with the group, in the order of definition; empty when it can be started.
    public func problems() -> [DefinitionProblem] {
        guard !services.isEmpty else {
            return [DefinitionProblem(field: "services", "the group \"\(name)\" has no services; list at least one")]
        }
        var problems: [DefinitionProblem] = []
        if !Self.isGroupName(name) {
            problems.append(
                DefinitionProblem(
                    field: "name",
                    "\"\(name)\" can't name a group: use lower case letters, digits and -, at most 63, starting with a letter or digit"))
        }
        let duplicates = duplicateNames()
        problems += duplicates
        problems += services.flatMap { $0.fieldProblems() }
        problems += unknownDependencies()
        problems += hostPortClashes()
        // Of services that share a name nobody can say who depends on whom.
        if duplicates.isEmpty, let cycle = ServiceGraph(self).shortestCycle {
            problems.append(
                DefinitionProblem(
                    typeName: cycle.first.flatMap { self[$0]?.typeName }, field: "dependencies",
                    "the services depend on each other in a circle: \(Self.shown(cycle)); remove one of these dependencies"))
        }
        return problems
    }

    /// A long circle without its middle: where it closes is what helps.
    private static func shown(_ cycle: [String]) -> String {
        let isLong = cycle.count > 24
        let names = isLong ? cycle.prefix(12) + ["… \(cycle.count - 20) more …"] + cycle.suffix(8) : cycle[...]
        return names.joined(separator: " → ")
    }

    private static func isGroupName(_ name: String) -> Bool {
        name.utf8.count <= 63 && name.first.map { $0.isASCII && ($0.isLowercase || $0.isNumber) } == true
            && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
    }

    private func duplicateNames() -> [DefinitionProblem] {
        let owners = Dictionary(grouping: services) { $0.name.lowercased() }
        var reported: Set<String> = []
        return services.compactMap { service in
            let key = service.name.lowercased()
            guard let owners = owners[key], owners.count > 1, reported.insert(key).inserted else { return nil }
            var spellings: [String] = []
            for name in owners.map(\.name) where !spellings.contains(name) { spellings.append(name) }
            let names = spellings.map { "\"\($0)\"" }.joined(separator: " or ")
            let types = owners.map(\.typeName).joined(separator: ", ")
            let rule = spellings.count > 1 ? "names must differ in more than case" : "names must be unique"
            // The first may keep its name.
            return DefinitionProblem(
                typeName: owners[1].typeName, field: "name", "\(owners.count) services are named \(names) (\(types)); \(rule)")
        }
    }

    private func unknownDependencies() -> [DefinitionProblem] {
        let known = Set(services.map(\.name))
        return services.flatMap { service in
            service.dependencies.filter { !known.contains($0) }.map { missing in
                let hint = nearestName(to: missing, among: known.subtracting([service.name])).map { "; did you mean \"\($0)\"?" } ?? ""
                return DefinitionProblem(
                    typeName: service.typeName, field: "dependencies",
                    "service \"\(service.name)\" depends on \"\(missing)\", which is not among the services\(hint)")
            }
        }
    }

    private func hostPortClashes() -> [DefinitionProblem] {
        var owners: [Int: [ServiceSpec]] = [:]
        for service in services {
            for port in service.ports where port.host != 0 { owners[port.host, default: []].append(service) }
        }
        return owners.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { port, services in
            let names = services.map(\.name).joined(separator: ", ")
            // The first may keep it.
            return DefinitionProblem(
                typeName: services[1].typeName, field: "ports",
                "host port \(port) is used more than once (\(names)); give each its own, or 0 for a free one")
        }
    }
}

extension ServiceSpec {
    func fieldProblems() -> [DefinitionProblem] {
        nameProblems() + imageProblems() + envProblems() + portProblems() + volumeProblems() + templateProblems()
    }

    private func problem(_ field: String, _ message: String) -> DefinitionProblem {
        DefinitionProblem(typeName: typeName, field: field, message)
    }

    private func nameProblems() -> [DefinitionProblem] {
        if name.isEmpty { return [problem("name", "is empty; a service needs a name, which is also its host name on the network")] }
        let isLabel =
            name.utf8.count <= 63 && name.first != "-" && name.last != "-"
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        return isLabel
            ? [] : [problem("name", "\"\(name)\" is not a host name: use letters, digits and -, at most 63, no - at the ends (RFC 1123)")]
    }

    private func imageProblems() -> [DefinitionProblem] {
        if image.isEmpty { return [problem("image", "is empty; service \"\(name)\" needs a container image")] }
        guard contextKeysOf(image).isEmpty else { return [] }
        do {
            _ = try ImageReference(image)
            return []
        } catch { return [problem("image", error.description)] }
    }

    private func contextKeysOf(_ text: String) -> [String] { (try? Template(text))?.keys ?? [] }

    private func envProblems() -> [DefinitionProblem] {
        env.sorted { $0.key < $1.key }.compactMap { key, value in
            if key.isEmpty { return problem("env", "has an empty key") }
            if key.contains("=") { return problem("env", "the key \"\(key)\" contains =") }
            if key.unicodeScalars.contains("\0") { return problem("env", "a key contains a NUL character") }
            if key.contains(where: \.isNewline) { return problem("env", "the key \"\(key)\" contains a line break") }
            if value.text.unicodeScalars.contains("\0") { return problem("env.\(key)", "the value contains a NUL character") }
            return nil
        }
    }

    private func portProblems() -> [DefinitionProblem] {
        ports.flatMap { port in
            var found: [DefinitionProblem] = []
            if !(1...65535).contains(port.container) {
                found.append(problem("ports", "container port \(port.container) is out of range; ports are 1-65535"))
            }
            if !(0...65535).contains(port.host) {
                found.append(problem("ports", "host port \(port.host) is out of range; ports are 1-65535, or 0 for a free one"))
            }
            return found
        }
    }

    private func volumeProblems() -> [DefinitionProblem] {
        var targets: Set<String> = []
        return volumes.flatMap { volume in
            var found: [DefinitionProblem] = []
            if volume.sourceText.isEmpty { found.append(problem("volumes", "\"\(volume.text)\" has an empty directory")) }
            if volume.target.isEmpty {
                found.append(problem("volumes", "\"\(volume.sourceText)\" has an empty mount point"))
            } else if volume.target == "/" {
                found.append(problem("volumes", "\"\(volume.text)\" would be mounted over the whole container; name a directory in it"))
            } else if !volume.target.hasPrefix("/"), !volume.target.hasPrefix("{") {
                found.append(problem("volumes", "the mount point \"\(volume.target)\" is not an absolute path"))
            }
            if case .named(let name) = volume.source, !name.isEmpty, !isVolumeName(name) {
                found.append(
                    problem(
                        "volumes",
                        "\"\(name)\" is no name of a volume: two or more of a-z A-Z 0-9 _ . -, a letter or digit first; a directory has a /: \"./\(name)\""
                    ))
            }
            if !volume.target.isEmpty, !targets.insert(volume.target).inserted {
                found.append(problem("volumes", "the mount point \"\(volume.target)\" is used more than once"))
            }
            return found
        }
    }

    private func templateProblems() -> [DefinitionProblem] {
        templated.compactMap { field, text -> DefinitionProblem? in
            do throws(TemplateError) {
                _ = try Template(text)
                return nil
            } catch {
                let isSecret = field.hasPrefix("env.") && env[String(field.dropFirst(4))]?.isSecret == true
                return problem(field, (isSecret ? error.withoutSource : error).description)
            }
        }
    }
}

/// What the engine takes for a volume's name; one with a field of the context is known only when the service starts.
private func isVolumeName(_ name: String) -> Bool {
    name.contains("{") || isEngineName(name) && name.utf8.count > 1
}
