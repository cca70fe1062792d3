/// Text with `{key}` fields from the context; `{{` and `}}` stand for braces.
public struct Template: Sendable, Equatable {
    public enum Part: Sendable, Equatable {
        case text(String)
        case key(String)
    }

    public let parts: [Part]

    /// Reads `source`.
    /// - Throws: `TemplateError` for a positional field (`{}` or `{0}`) or an unbalanced brace.
    public init(_ source: String) throws(TemplateError) {
        guard source.utf8.contains(where: Self.isBrace) else {
            parts = source.isEmpty ? [] : [.text(source)]
            return
        }
        var parts: [Part] = []
        var text = ""
        let bytes = source.utf8
        var rest = bytes[...]
        while let brace = rest.firstIndex(where: Self.isBrace) {
            text += source[rest.startIndex..<brace]
            let after = bytes.index(after: brace)
            rest = bytes[after...]
            if rest.first == bytes[brace] {
                text.unicodeScalars.append(bytes[brace] == UInt8(ascii: "{") ? "{" : "}")
                rest = rest.dropFirst()
                continue
            }
            guard bytes[brace] == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")) else { throw .unbalanced(source) }
            let key = String(source[after..<end])
            if !Self.isPlain(key) {
                guard !key.contains("{") else { throw .unbalanced(source) }
                guard !key.isEmpty, !key.allSatisfy(\.isNumber) else { throw .positional(source, field: "{\(key)}") }
                guard Self.mayBeKey(key) else { throw .noKey(source, field: "{\(key)}") }
            }
            if !text.isEmpty { parts.append(.text(text)) }
            text = ""
            parts.append(.key(key))
            rest = bytes[bytes.index(after: end)...]
        }
        text += source[rest.startIndex...]
        if !text.isEmpty { parts.append(.text(text)) }
        self.parts = parts
    }

    /// As keys are as a rule, letters and `_`, which needs no closer look.
    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0.isLowercase || $0.isUppercase || $0 == UInt8(ascii: "_") }
    }

    /// What stands in quotation marks or has blanks around it is JSON or a program's text, not a key.
    private static func mayBeKey(_ text: String) -> Bool {
        text.first?.isWhitespace == false && text.last?.isWhitespace == false && !text.contains { $0 == "\"" || $0.isNewline }
    }

    private static func isBrace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") }

    /// The context keys the text needs.
    public var keys: [String] {
        parts.compactMap { if case .key(let key) = $0 { key } else { nil } }
    }

    /// The text with every key replaced.
    /// - Throws: `TemplateError.missingKey` naming the keys that exist.
    public func resolved(_ context: ContextValues) throws(TemplateError) -> (text: String, usesSecret: Bool) {
        var out = ""
        var usesSecret = false
        for part in parts {
            switch part {
            case .text(let text): out += text
            case .key(let key):
                guard let value = context.values[key] else {
                    throw .missingKey(source, key: key, existing: context.values.keys.sorted())
                }
                out += value.interpolated
                usesSecret = usesSecret || context.secretKeys.contains(key)
            }
        }
        return (out, usesSecret)
    }

    private var source: String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .key(let key): "{\(key)}"
            }
        }.joined()
    }
}

/// Why a template cannot be read or resolved.
public enum TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
    case positional(String, field: String)
    case noKey(String, field: String)
    case unbalanced(String)
    case missingKey(String, key: String, existing: [String])

    public var description: String {
        switch self {
        case .positional(let source, let field):
            "\"\(source)\" has the positional field \(field); name a context key inside the braces, or write {{ and }} for braces"
        case .noKey(let source, let field):
            "\"\(source)\" has \(field), which is no key of the context; write {{ and }} for braces"
        case .unbalanced(let source):
            "\"\(source)\" has an unbalanced brace; write {{ and }} for braces"
        case .missingKey(let source, let key, let existing):
            "\"\(source)\" needs the context key \"\(key)\", which nobody has written; "
                + (nearestName(to: key, among: existing).map { "did you mean {\($0)}? " } ?? "")
                + (existing.isEmpty ? "the context is empty" : "keys that exist: \(existing.joined(separator: ", "))")
        }
    }
}
