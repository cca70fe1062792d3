extension GroupSpec {
    /// The texts of the group's secrets: what `.secret` holds, with the context filled in as far as it is written.
    public func secretTexts(_ context: ContextValues) -> [String] {
        services.flatMap { service in
            service.env.values.filter(\.isSecret).compactMap { value in
                (try? Template(value.text).resolved(context))?.text
            }
        }
    }
}

extension ServiceSpec {
    /// The secrets of a service whose templates are resolved.
    public var secretTexts: [String] { env.values.filter(\.isSecret).map(\.text) }
}

extension ContextValues {
    /// The texts of the keys that are secret.
    public var secretTexts: [String] { secretKeys.flatMap { values[$0]?.texts ?? [] } }
}

extension ContextValue {
    /// Every string and number in it, as a program would print it.
    public var texts: [String] {
        switch self {
        case .null, .bool: []
        case .int, .double, .string: [interpolated]
        case .array(let items): items.flatMap(\.texts)
        case .object(let members): members.values.flatMap(\.texts)
        }
    }
}
