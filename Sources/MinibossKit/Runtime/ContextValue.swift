internal import Reconciler

/// A JSON value in the context; string, number, boolean, array and object literals fit, with `nil` inside.
@frozen public enum ContextValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([ContextValue])
    case object([String: ContextValue])

    /// The text, if this is a string.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number, if this is a whole one.
    public var int: Int? {
        switch self {
        case .int(let value): value
        case .double(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The number, if this is one.
    public var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The truth value, if this is one.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements, if this is an array.
    public var array: [ContextValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members, if this is an object.
    public var object: [String: ContextValue]? {
        if case .object(let value) = self { value } else { nil }
    }

    /// A member of an object; `nil` when this is none or has no such member.
    public subscript(member: String) -> ContextValue? { object?[member] }
}

extension ContextValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// `nil` among the elements is a null.
    public init(arrayLiteral elements: ContextValue?...) { self = .array(elements.map { $0 ?? .null }) }
    /// Of a repeated key the last value counts, as in JSON; `nil` is a null.
    public init(dictionaryLiteral elements: (String, ContextValue?)...) {
        self = .object(Dictionary(elements.map { ($0, $1 ?? .null) }, uniquingKeysWith: { $1 }))
    }
}

extension ContextValue: CustomStringConvertible {
    /// As it reads inside a `{key}` template: strings as they are, the rest as JSON.
    public var description: String { model.interpolated }
}
