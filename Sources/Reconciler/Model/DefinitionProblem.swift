/// One thing that is wrong with a definition: what, where, what next.
public struct DefinitionProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The Swift type concerned, if one is.
    public let typeName: String?
    /// The field concerned, as the user writes it.
    public let field: String?
    public let message: String
    /// `Miniboss.swift:12`, where the very line is known.
    public let place: String?

    public init(typeName: String? = nil, field: String? = nil, place: String? = nil, _ message: String) {
        self.place = place
        self.typeName = typeName
        self.field = field
        self.message = message
    }

    public var description: String {
        let member = [typeName, field].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ".")
        return [place ?? "", member, message].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}
