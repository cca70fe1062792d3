extension ServiceSpec {
    /// Every string field that takes `{key}`, with its name for messages.
    var templated: [(field: String, text: String)] {
        var fields: [(String, String)] = [("image", image)]
        fields += env.sorted { $0.key < $1.key }.map { ("env.\($0.key)", $0.value.text) }
        fields += volumes.flatMap { [("volumes", $0.sourceText), ("volumes", $0.target)] }
        fields += (entrypoint ?? []).map { ("entrypoint", $0) }
        fields += (command ?? []).map { ("cmd", $0) }
        if let user { fields.append(("user", user)) }
        if let build { fields += [("buildFromDirectory", build.directory), ("dockerfile", build.dockerfile)] }
        return fields
    }

    /// The context keys this service's fields need; empty where a template is malformed (the check reports that).
    public var contextKeys: Set<String> {
        var keys: Set<String> = []
        for (_, text) in templated where text.utf8.contains(UInt8(ascii: "{")) { keys.formUnion((try? Template(text))?.keys ?? []) }
        return keys
    }

    /// `{a}, {b}`: these keys as they are written in templates.
    var contextKeyWords: String { contextKeys.sorted().map { "{\($0)}" }.joined(separator: ", ") }

    /// Those on which its image hangs: which one it is, or what it is built from.
    var imageKeys: [String] {
        ([image] + (build.map { [$0.directory, $0.dockerfile] } ?? [])).flatMap { (try? Template($0))?.keys ?? [] }
    }

    /// Whether its image is known only with the context of the moment.
    public var imageHangsOnContext: Bool { !imageKeys.isEmpty }

    /// By field: the context keys that it names, each once; fields that name none are not in it.
    public var contextReads: [String: [String]] {
        templated.reduce(into: [:]) { reads, field in
            guard field.text.utf8.contains(UInt8(ascii: "{")), let template = try? Template(field.text) else { return }
            for key in template.keys where !reads[field.field, default: []].contains(key) { reads[field.field, default: []].append(key) }
        }
    }

    /// The service with every `{key}` replaced by its value; a value made from a secret key is itself secret.
    /// - Throws: `TemplateFailure` naming the field.
    public func resolved(_ context: ContextValues) throws(TemplateFailure) -> ServiceSpec {
        func fill(_ field: String, _ text: String) throws(TemplateFailure) -> (text: String, usesSecret: Bool) {
            try filled(field, text, context)
        }
        var copy = self
        copy.image = try resolvedImage(context)
        for (key, value) in env.sorted(by: { $0.key < $1.key }) {
            let filled: (text: String, usesSecret: Bool)
            do { filled = try Template(value.text).resolved(context) } catch {
                let shown = value.isSecret ? error.withoutSource : error
                throw TemplateFailure(service: name, field: "env.\(key)", error: shown)
            }
            copy.env[key] = EnvironmentValue(filled.text, isSecret: value.isSecret || filled.usesSecret)
        }
        for index in volumes.indices {
            let source = try fill("volumes", rooted(volumes[index].sourceText, context)).text
            // Whether a key stands for a volume's name or a path is known only now.
            if case .named = volumes[index].source, !source.hasPrefix("/") {
                copy.volumes[index].source = .named(source)
            } else {
                copy.volumes[index].source = .directory(source)
            }
            copy.volumes[index].target = try fill("volumes", volumes[index].target).text
        }
        for index in (entrypoint ?? []).indices { copy.entrypoint?[index] = try fill("entrypoint", entrypoint?[index] ?? "").text }
        for index in (command ?? []).indices { copy.command?[index] = try fill("cmd", command?[index] ?? "").text }
        if let user { copy.user = try fill("user", user).text }
        copy.build = try resolvedBuild(context)
        return copy
    }

    /// As far as it can be told: keys that nobody has written stay as they are written.
    public func resolvedAsFar(_ context: ContextValues) -> ServiceSpec {
        var known = context
        for key in contextKeys where known.values[key] == nil { known.values[key] = .string("{\(key)}") }
        return (try? resolved(known)) ?? self
    }

    /// Only where to build from: a build may begin before everything the container needs is known.
    public func resolvedBuild(_ context: ContextValues) throws(TemplateFailure) -> BuildSource? {
        guard let build else { return nil }
        return BuildSource(
            directory: try filled("buildFromDirectory", rooted(build.directory, context), context).text,
            dockerfile: try filled("dockerfile", build.dockerfile, context).text)
    }

    /// The path without what stands before a key whose value is itself an absolute path: the definition's directory.
    private func rooted(_ path: String, _ context: ContextValues) -> String {
        guard let start = path.firstRange(of: "/{") else { return path }
        let key = path[start.upperBound...].prefix { $0 != "}" }
        guard let value = context.values[String(key)], value.interpolated.hasPrefix("/") else { return path }
        return String(path[start.lowerBound...].dropFirst())
    }

    /// Only the image's reference, as it is written but for its keys.
    public func resolvedImage(_ context: ContextValues) throws(TemplateFailure) -> String { try filled("image", image, context).text }

    private func filled(
        _ field: String, _ text: String, _ context: ContextValues
    ) throws(TemplateFailure) -> (text: String, usesSecret: Bool) {
        do { return try Template(text).resolved(context) } catch { throw TemplateFailure(service: name, field: field, error: error) }
    }
}

extension TemplateError {
    /// The same error with the text itself masked, for fields that are secret.
    var withoutSource: TemplateError {
        switch self {
        case .positional(_, let field): .positional(EnvironmentValue.mask, field: field)
        case .noKey: .noKey(EnvironmentValue.mask, field: "a field")
        case .unbalanced: .unbalanced(EnvironmentValue.mask)
        case .missingKey(_, let key, let existing): .missingKey(EnvironmentValue.mask, key: key, existing: existing)
        }
    }
}

/// A field whose template could not be resolved.
public struct TemplateFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let service: String
    public let field: String
    public let error: TemplateError

    public var description: String { "\(service).\(field): \(error)" }
}
