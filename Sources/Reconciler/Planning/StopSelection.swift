/// Which services a stop is about: the definition's, and those that were started once and are defined no more.
public struct StopSelection: Sendable {
    public let members: [(name: String, dependencies: [String])]
    /// What each stands on: of what is defined the definition says it, not what it once stood on.
    private let needs: [(name: String, dependencies: [String])]

    public init(defined services: [ServiceSpec], remembered: GroupState) {
        let defined = Set(services.map(\.name))
        let everyone = remembered.everyone
        let once = Dictionary(everyone.map { ($0.name, $0.dependencies) }, uniquingKeysWith: +)
        // The definition has the word about all but what it defines no more.
        let present = services.map { service in
            (name: service.name, dependencies: service.dependencies + once[service.name, default: []].filter { !defined.contains($0) })
        }
        let former = everyone.filter { !defined.contains($0.name) }.map { (name: $0.name, dependencies: $0.dependencies) }
        members = present + former
        // One that is gone stands on nothing.
        needs = services.map { ($0.name, $0.dependencies) } + former.filter { remembered[$0.name].containerID != nil }
    }

    /// Excluding a service of which a dependency will be stopped would pull the floor from under it.
    public func check(excluded: [String]) throws(SelectionRefusal) {
        for member in needs where excluded.contains(member.name) {
            guard let needed = member.dependencies.first(where: { !excluded.contains($0) }) else { continue }
            let names = ServiceGraph(needs).withDependencies(excluded).joined(separator: ",")
            throw SelectionRefusal(
                message: "\"\(member.name)\" is excluded, but \"\(needed)\", which it depends on, would be stopped",
                next: "Exclude what it stands on, too (--exclude \(names)), or stop it with the rest.")
        }
    }
}
