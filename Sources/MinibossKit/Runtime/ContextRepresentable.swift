/// Swift types that the context can hold.
public protocol ContextRepresentable {
    var contextValue: ContextValue { get }
    /// `nil` when the value is of another kind.
    init?(contextValue: ContextValue)
}

extension ContextValue: ContextRepresentable {
    public var contextValue: ContextValue { self }
    public init?(contextValue: ContextValue) { self = contextValue }
}

extension String: ContextRepresentable {
    public var contextValue: ContextValue { .string(self) }
    public init?(contextValue: ContextValue) {
        guard let value = contextValue.string else { return nil }
        self = value
    }
}

extension Int: ContextRepresentable {
    public var contextValue: ContextValue { .int(self) }
    public init?(contextValue: ContextValue) {
        guard let value = contextValue.int else { return nil }
        self = value
    }
}

extension Double: ContextRepresentable {
    public var contextValue: ContextValue { .double(self) }
    public init?(contextValue: ContextValue) {
        guard let value = contextValue.double else { return nil }
        self = value
    }
}

extension Bool: ContextRepresentable {
    public var contextValue: ContextValue { .bool(self) }
    public init?(contextValue: ContextValue) {
        guard let value = contextValue.bool else { return nil }
        self = value
    }
}

extension Array: ContextRepresentable where Element: ContextRepresentable {
    public var contextValue: ContextValue { .array(map(\.contextValue)) }
    public init?(contextValue: ContextValue) {
        guard let values = contextValue.array else { return nil }
        let elements = values.compactMap(Element.init(contextValue:))
        guard elements.count == values.count else { return nil }
        self = elements
    }
}

extension Dictionary: ContextRepresentable where Key == String, Value: ContextRepresentable {
    public var contextValue: ContextValue { .object(mapValues(\.contextValue)) }
    public init?(contextValue: ContextValue) {
        guard let values = contextValue.object else { return nil }
        let members = values.compactMapValues(Value.init(contextValue:))
        guard members.count == values.count else { return nil }
        self = members
    }
}
