/// The container a service goes on with, and those that are left over.
public struct ContainerChoice: Sendable {
    public let keeper: ObservedContainer?
    public let leftovers: [ObservedContainer]

    /// Prefers, in this order: made from the desired spec, running, properly named, newest.
    public init(_ containers: [ObservedContainer], properName: String, fingerprint: String?) {
        let ranked = containers.filter { $0.status != .removing }.sorted { left, right in
            func rank(_ container: ObservedContainer) -> (Int, Int, Int, Int, String) {
                (
                    fingerprint != nil && container.fingerprint == fingerprint ? 0 : 1, container.status == .running ? 0 : 1,
                    container.name == properName ? 0 : 1, -max(container.createdAt, 0), container.id
                )
            }
            return rank(left) < rank(right)
        }
        keeper = ranked.first
        leftovers = Array(ranked.dropFirst())
    }
}
