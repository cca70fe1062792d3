/// The volumes of a service that nobody named: its image asks for them, and what is in them outlives the container.
///
/// As with Compose a container's successor gets them. The engine itself forgets whose they were, so the ledger remembers.
public struct UnnamedVolumes: Sendable {
    private let spec: ServiceSpec?
    /// Names that the definition, or the newest container's, tells: of the same form or not, those are the user's.
    private let named: Set<String>
    /// What the ledger remembers: names of volumes, by where they are mounted.
    public let kept: [String: String]

    /// - Parameter spec: the service as defined; `nil` when it is defined no more.
    public init(of spec: ServiceSpec?, _ record: ServiceRecord) {
        self.spec = spec
        named = Set((spec?.volumes.map(\.sourceText) ?? []) + (record.spec?.namedVolumes ?? []))
        kept = record.keptVolumes
    }

    /// What a new container gets of those before it.
    public struct Inheritance: Sendable, Equatable {
        public var handedOn: [String: String] = [:]
        /// In words, for the ledger.
        public var notes: [String] = []

        public init() {}
    }

    /// What there is to be inherited.
    /// - Parameters:
    ///   - earlier: the service's containers.
    ///   - isPresent: whether the engine has a volume: another engine, or a user, may have none of a remembered name any more, and
    ///     one made anew would be empty.
    public func left(by earlier: [ObservedContainer], isPresent: (String) -> Bool) -> [String: String] {
        var left = kept.filter { isPresent($0.value) }
        // One that never ran has nothing; of several that did, the newest is the one to go on from.
        let inOrder = earlier.sorted { ($0.hasRun ? 1 : 0, $0.createdAt, $0.id) < ($1.hasRun ? 1 : 0, $1.createdAt, $1.id) }
        for container in inOrder { left.merge(own(container)) { $1 } }
        for volume in spec?.volumes ?? [] { left[volume.target] = nil }
        return left
    }

    /// - Parameters:
    ///   - left: what there is.
    ///   - declared: where the new container's image keeps something; asked only when it matters.
    public func inheritance(of left: [String: String], declared: Set<String>) -> Inheritance {
        var inheritance = Inheritance()
        guard !left.isEmpty else { return inheritance }
        if spec?.alwaysStartNew == true {
            inheritance.notes = ["\(places(left)) begins anew, since it is always started new"]
            return inheritance
        }
        inheritance.handedOn = left.filter { declared.contains($0.key) }
        let rest = left.filter { !declared.contains($0.key) }
        if !inheritance.handedOn.isEmpty {
            inheritance.notes.append("goes on with what its last container kept at \(places(inheritance.handedOn))")
        }
        if !rest.isEmpty {
            inheritance.notes.append("its image keeps nothing at \(places(rest)) any more; what was there is left as it is")
        }
        return inheritance
    }

    /// What is to be remembered once a container is gone. What is known from before at other places stays known.
    /// - Parameters:
    ///   - container: as it was found; `nil` for one this run made.
    ///   - handedOn: what a container made by this run was given.
    ///   - takesOwn: whether the engine takes along the volumes it made for this very container.
    ///   - removesAll: under `stop --remove`: killed half-way, the next one finds here what is still to be removed.
    public func kept(
        after container: ObservedContainer?, handedOn: [String: String], takesOwn: Bool, removesAll: Bool
    ) -> [String: String] {
        guard spec?.alwaysStartNew != true || removesAll else { return kept }
        let own = takesOwn && !removesAll ? [:] : container.map(own) ?? [:]
        // What is to be removed as well must not be forgotten for it, and one that never ran has nothing.
        let isOlderBetter = removesAll || container?.hasRun == false
        return kept.merging(own.merging(handedOn) { $1 }) { isOlderBetter ? $0 : $1 }
    }

    /// The names of all there are, to be removed with the service.
    public func all(of containers: [ObservedContainer]) -> Set<String> {
        Set(containers.flatMap { own($0).values } + kept.values).subtracting(named)
    }

    /// What stays remembered after a removal.
    /// - Parameters:
    ///   - refused: those that the engine would not remove.
    ///   - isElsewhere: whether one may still be with another engine, which may come back.
    public func rest(refused: Set<String>, isElsewhere: (String) -> Bool) -> [String: String] {
        kept.filter { refused.contains($0.value) || isElsewhere($0.value) }
    }

    /// The volumes of a container that the engine named.
    private func own(_ container: ObservedContainer) -> [String: String] {
        container.unnamedVolumes.filter { !named.contains($0.value) }
    }

    private func places(_ volumes: [String: String]) -> String {
        volumes.sorted { $0.key < $1.key }.map { "\($0.key) (volume \($0.value.prefix(12)))" }.joined(separator: " and ")
    }
}

extension ObservedContainer {
    fileprivate var hasRun: Bool { status != .created }
}
