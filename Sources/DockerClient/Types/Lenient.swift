// The engine's schema is open: fields come and go with its version, null stands for absent (Engine API, introduction).
extension KeyedDecodingContainer {
    /// The value, or the default when the key is absent or null.
    func value<Value: Decodable>(_ key: Key, _ standard: Value) throws -> Value {
        try decodeIfPresent(Value.self, forKey: key) ?? standard
    }

    /// The value, or nil when the key is absent or null.
    func optional<Value: Decodable>(_ key: Key, _ type: Value.Type = Value.self) throws -> Value? {
        try decodeIfPresent(Value.self, forKey: key)
    }
}

/// A key as the engine spells it.
struct EngineKey: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init(stringLiteral value: String) { stringValue = value }
    init?(intValue: Int) { nil }
}
