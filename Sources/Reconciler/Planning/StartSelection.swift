/// Which services a start is about.
public struct StartSelection: Sendable {
    public let group: GroupSpec
    public let excluded: [String]

    /// - Parameters:
    ///   - only: these and what they depend on; empty for all.
    ///   - exclude: these not.
    /// - Throws: `SelectionRefusal` where nothing is left, or one is excluded and still needed.
    public init(of group: GroupSpec, only: [String], exclude: [String]) throws(SelectionRefusal) {
        let names = group.services.map(\.name)
        let graph = ServiceGraph(group)
        var selected = Set(only.isEmpty ? names : graph.withDependencies(only))
        selected.subtract(exclude)
        for service in group.services where selected.contains(service.name) {
            guard let missing = service.dependencies.first(where: { !selected.contains($0) }) else { continue }
            throw SelectionRefusal(
                message: "\"\(missing)\" is excluded, but \"\(service.name)\" depends on it",
                next: "Exclude what stands on it, too (--exclude \(graph.withDependents(exclude).joined(separator: ","))), or leave it in.")
        }
        guard !selected.isEmpty else {
            throw SelectionRefusal(message: "every service is excluded", next: "Leave at least one to start.")
        }
        self.group = group.keeping(selected)
        excluded = names.filter { !selected.contains($0) }
    }
}

/// Why a choice of services can't be carried out, and how it can.
public struct SelectionRefusal: Error, Sendable, Equatable {
    public let message: String
    public let next: String
}
