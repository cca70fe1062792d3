extension JSON {
    /// A body of the ledger, keys sorted.
    /// - Throws: `EncodingError` for a number JSON has no text for.
    init(body: some Encodable) throws {
        let slot = JSONSlot()
        try slot.take(body)
        self = slot.json
    }
}

/// Takes what an `Encodable` value has to say, in one pass and without text between.
private final class JSONSlot: Encoder {
    private enum Content {
        case value(JSON)
        case members([(key: String, slot: JSONSlot)])
        case items([JSONSlot])
    }

    private var content = Content.value(.null)
    let codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    var json: JSON {
        switch content {
        case .value(let json): json
        case .members(let members): .object(members.map { JSON.Member(key: $0.key, value: $0.slot.json) }.sorted { $0.key < $1.key })
        case .items(let items): .array(items.map(\.json))
        }
    }

    func take(_ value: some Encodable) throws {
        switch value {
        case let value as String: content = .value(.string(value))
        case let value as Int: content = .value(.int(value))
        case let value as Bool: content = .value(.bool(value))
        case let value as any BinaryInteger: content = .value(try Self.number(value))
        case let value as any BinaryFloatingPoint: content = .value(try Self.number(Double(value)))
        default: try value.encode(to: self)
        }
    }

    private static func number(_ value: some BinaryInteger) throws -> JSON {
        Int(exactly: value).map(JSON.int) ?? .double(Double(value))
    }

    /// A whole number reads the same whatever its type was.
    private static func number(_ value: Double) throws -> JSON {
        guard value.isFinite else {
            throw EncodingError.invalidValue(value, EncodingError.Context(codingPath: [], debugDescription: "not a number of JSON"))
        }
        return Int(exactly: value).map(JSON.int) ?? .double(value)
    }

    func addMember(_ key: String) -> JSONSlot {
        let slot = JSONSlot()
        switch content {
        case .members(var members):
            // Left in place it would be copied.
            content = .value(.null)
            members.append((key, slot))
            content = .members(members)
        case .value, .items: content = .members([(key, slot)])
        }
        return slot
    }

    func addItem() -> JSONSlot {
        let slot = JSONSlot()
        switch content {
        case .items(var items):
            content = .value(.null)
            items.append(slot)
            content = .items(items)
        case .value, .members: content = .items([slot])
        }
        return slot
    }

    var itemCount: Int { if case .items(let items) = content { items.count } else { 0 } }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .members = content {} else { content = .members([]) }
        return KeyedEncodingContainer(JSONMembers(slot: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .items = content {} else { content = .items([]) }
        return JSONItems(slot: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { JSONValue(slot: self) }
}

private struct JSONMembers<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: JSONSlot
    var codingPath: [any CodingKey] { slot.codingPath }

    func encodeNil(forKey key: Key) { _ = slot.addMember(key.stringValue) }
    func encode(_ value: some Encodable, forKey key: Key) throws { try slot.addMember(key.stringValue).take(value) }
    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        slot.addMember(key.stringValue).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        slot.addMember(key.stringValue).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { slot.addMember("super") }
    func superEncoder(forKey key: Key) -> any Encoder { slot.addMember(key.stringValue) }
}

private struct JSONItems: UnkeyedEncodingContainer {
    let slot: JSONSlot
    var codingPath: [any CodingKey] { slot.codingPath }
    var count: Int { slot.itemCount }

    func encodeNil() { _ = slot.addItem() }
    func encode(_ value: some Encodable) throws { try slot.addItem().take(value) }
    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        slot.addItem().container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { slot.addItem().unkeyedContainer() }
    func superEncoder() -> any Encoder { slot.addItem() }
}

private struct JSONValue: SingleValueEncodingContainer {
    let slot: JSONSlot
    var codingPath: [any CodingKey] { slot.codingPath }

    /// A slot is null until it is told something else.
    func encodeNil() {}
    func encode(_ value: some Encodable) throws { try slot.take(value) }
}
