/// A JSON value kept in the context.
public enum ContextValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([ContextValue])
    case object([String: ContextValue])

    /// Whether JSON can hold it: neither infinity nor what is not a number is in it.
    public var isFinite: Bool {
        switch self {
        case .double(let number): number.isFinite
        case .array(let values): values.allSatisfy(\.isFinite)
        case .object(let values): values.values.allSatisfy(\.isFinite)
        case .null, .bool, .int, .string: true
        }
    }

    /// As the ledger gives it back: JSON has one kind of number, and a whole one is an integer.
    public var canonical: ContextValue {
        switch self {
        case .double(let number): Int(exactly: number).map { .int($0) } ?? self
        case .array(let items): .array(items.map(\.canonical))
        case .object(let members): .object(members.mapValues(\.canonical))
        case .null, .bool, .int, .string: self
        }
    }

    /// How the value reads inside a template: strings as they are, the rest as JSON.
    public var interpolated: String {
        if case .string(let text) = self { return text }
        return json
    }

    /// Compact JSON, keys sorted, so that equal values have equal text.
    public var json: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .double(let value): value.isFinite ? "\(value)" : "null"
        case .string(let text): Self.quoted(text)
        case .array(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)):\($0.value.json)" }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String { "\"" + escaped(text) + "\"" }

    /// The text as it stands between the quotes of a JSON string.
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case let control where control.value < 0x20:
                let hex = String(control.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

extension ContextValue: Codable {
    public init(from decoder: any Decoder) throws {
        let box = try decoder.singleValueContainer()
        if box.decodeNil() {
            self = .null
        } else if let value = try? box.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? box.decode(Int.self) {
            self = .int(value)
        } else if let value = try? box.decode(Double.self) {
            self = .double(value)
        } else if let value = try? box.decode(String.self) {
            self = .string(value)
        } else if let value = try? box.decode([ContextValue].self) {
            self = .array(value)
        } else {
            self = .object(try box.decode([String: ContextValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var box = encoder.singleValueContainer()
        switch self {
        case .null: try box.encodeNil()
        case .bool(let value): try box.encode(value)
        case .int(let value): try box.encode(value)
        case .double(let value): try box.encode(value)
        case .string(let value): try box.encode(value)
        case .array(let value): try box.encode(value)
        case .object(let value): try box.encode(value)
        }
    }
}

/// The context of a group: what hooks wrote, and which of it is secret.
public struct ContextValues: Sendable, Equatable, Codable {
    public var values: [String: ContextValue]
    public var secretKeys: Set<String>

    public init(_ values: [String: ContextValue] = [:], secretKeys: Set<String> = []) {
        self.values = values
        self.secretKeys = secretKeys
    }
}

extension ContextValues {
    /// The values as they may be shown.
    public var shown: [String: ContextValue] {
        values.reduce(into: [:]) { shown, entry in
            shown[entry.key] = secretKeys.contains(entry.key) ? .string(EnvironmentValue.mask) : entry.value
        }
    }
}
