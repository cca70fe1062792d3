/// Environment variables with values of several kinds: `["PORT": 8080, "DEBUG": true, "PASSWORD": .secret("x")]`.
public struct Environment: Sendable, ExpressibleByDictionaryLiteral {
    /// One value; string, number and boolean literals fit. Numbers and booleans become strings.
    public struct Value: Sendable {
        let text: String
        let isSecret: Bool

        /// A value computed elsewhere.
        public static func value(_ value: some EnvironmentText) -> Value { Value(text: value.environmentText, isSecret: false) }

        /// A value that is masked in everything shown, logged and stored.
        public static func secret(_ text: String) -> Value { Value(text: text, isSecret: true) }
    }

    private(set) var values: [String: Value] = [:]
    private(set) var repeatedKeys: [String] = []

    public init(dictionaryLiteral elements: (String, Value)...) {
        for (key, value) in elements where values.updateValue(value, forKey: key) != nil {
            repeatedKeys.append(key)
        }
    }

    /// The value of a variable; `nil` removes it.
    public subscript(key: String) -> Value? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// This environment and `other`, whose values win.
    public func merging(_ other: some EnvironmentConvertible) -> Environment {
        var merged = self
        merged.values.merge(other.environment.values) { $1 }
        return merged
    }
}

extension Environment.Value: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    public init(stringLiteral text: String) { self.init(text: text, isSecret: false) }
    public init(integerLiteral value: Int) { self.init(text: value.environmentText, isSecret: false) }
    public init(floatLiteral value: Double) { self.init(text: value.environmentText, isSecret: false) }
    public init(booleanLiteral value: Bool) { self.init(text: value.environmentText, isSecret: false) }
}

/// What a service's `env` can be written as: an `Environment`, or a dictionary of strings, numbers or booleans.
public protocol EnvironmentConvertible: Sendable {
    var environment: Environment { get }
}

extension Environment: EnvironmentConvertible {
    public var environment: Environment { self }
}

extension Dictionary: EnvironmentConvertible where Key == String, Value: EnvironmentText {
    public var environment: Environment {
        reduce(into: [:]) { $0[$1.key] = .value($1.value) }
    }
}

/// What a single variable can be: text as it is, numbers in decimal, booleans as `true` and `false`.
public protocol EnvironmentText: Sendable {
    var environmentText: String { get }
}

extension String: EnvironmentText {
    public var environmentText: String { self }
}

extension Int: EnvironmentText {
    public var environmentText: String { String(self) }
}

extension Double: EnvironmentText {
    public var environmentText: String { String(self) }
}

extension Bool: EnvironmentText {
    public var environmentText: String { self ? "true" : "false" }
}
