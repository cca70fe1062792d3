internal import Orchestrator
internal import Reconciler

/// What services tell each other: JSON values by key, kept in the ledger.
///
/// `{key}` in any string of a later service reads them. A write is in the ledger before the subscript returns, with the
/// service and the hook that wrote it. A hook that is past its deadline can no longer write.
public enum Context {
    /// The value of a key; `nil` when nobody has written it. Writing `nil` writes a JSON null.
    public static subscript(key: String) -> ContextValue? {
        get { LiveContext.read(key).map(ContextValue.init(model:)) }
        set { LiveContext.write(key, (newValue ?? .null).model, secret: false) }
    }

    /// The same in a Swift type: `let id: Int? = Context["user_id"]`; `nil` also when the value is of another kind.
    public static subscript<Value: ContextRepresentable>(key: String) -> Value? {
        get { self[key].flatMap { (value: ContextValue) in Value(contextValue: value) } }
        set { self[key] = newValue?.contextValue ?? .null as ContextValue }
    }

    /// Writes a value that is masked in everything shown.
    public static func setSecret(_ key: String, _ value: some ContextRepresentable) {
        setSecret(key, value.contextValue)
    }

    /// The same for a literal of several kinds: `Context.setSecret("login", ["name": "x", "id": 42])`.
    public static func setSecret(_ key: String, _ value: ContextValue) {
        LiveContext.write(key, value.model, secret: true)
    }

    /// The keys that exist, sorted.
    public static var keys: [String] { LiveContext.keys.sorted() }
}

extension ContextValue {
    var model: Reconciler.ContextValue {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .double(let value): .double(value)
        case .string(let value): .string(value)
        case .array(let values): .array(values.map(\.model))
        case .object(let members): .object(members.mapValues(\.model))
        }
    }

    init(model: Reconciler.ContextValue) {
        switch model {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .array(let values): self = .array(values.map(ContextValue.init(model:)))
        case .object(let members): self = .object(members.mapValues(ContextValue.init(model:)))
        }
    }
}
