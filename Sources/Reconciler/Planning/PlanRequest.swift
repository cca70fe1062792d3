/// Everything a plan depends on; nothing else does.
public struct PlanRequest: Sendable {
    public var desired: GroupSpec
    public var observed: ObservedGroup
    public var history: GroupState
    /// Keyed hash of a resolved spec, as it stands in a container's label.
    public var fingerprint: @Sendable (ServiceSpec) -> String
    /// Whether a bind source is on the host now; a container that needs one that is not waits for `preStart`.
    public var directoryExists: @Sendable (String) -> Bool
    /// Whether nobody listens on a host port.
    public var isPortFree: @Sendable (Int) -> Bool
    /// What is masked in the differences that causes tell.
    public var hide = Redaction()
    /// Distinguishes temporary container names of this run.
    public var runTag: String
    /// Services that are to get a new container whatever the old one is like, with the reason.
    public var renewals: [String: String] = [:]
    /// Services whose ping is the definition's own, so that it may write the context; `nil` where any may be.
    public var ownPings: Set<String>?
    /// Services whose image was already built or pulled in this run.
    public var preparedImages: Set<String>

    public init(
        desired: GroupSpec, observed: ObservedGroup, history: GroupState, runTag: String = "new", preparedImages: Set<String> = [],
        fingerprint: @escaping @Sendable (ServiceSpec) -> String, directoryExists: @escaping @Sendable (String) -> Bool = { _ in true },
        isPortFree: @escaping @Sendable (Int) -> Bool = { _ in true }
    ) {
        self.desired = desired
        self.observed = observed
        self.history = history
        self.runTag = runTag
        self.preparedImages = preparedImages
        self.fingerprint = fingerprint
        self.directoryExists = directoryExists
        self.isPortFree = isPortFree
    }

    /// The deterministic name of a service's container. The underscore can be in neither part, so no two groups can meet.
    public static func containerName(group: String, service: String) -> String { "miniboss-\(group)_\(service)" }

    public func containerName(of service: String) -> String {
        Self.containerName(group: desired.name, service: service)
    }

    /// What a new container is called at first: its proper name, or a temporary one while another container has that.
    ///
    /// A new ledger counts its runs from 1, so a container that an older one made may have this run's tag.
    func newContainerName(of service: String, beside others: [ObservedContainer]?) -> String {
        let properName = containerName(of: service)
        let taken = Set((others ?? []).map(\.name))
        guard taken.contains(properName) else { return properName }
        let tagged = "\(properName).\(runTag)"
        var name = tagged
        var count = 1
        while taken.contains(name) {
            count += 1
            name = "\(tagged).\(count)"
        }
        return name
    }
}
