/// What a command asks of its run.
struct RunTerms: Sendable {
    /// Whether the user named the network; one that is not ours may then be joined.
    var isNetworkGiven = false
    /// Seconds for each hook and ping.
    var hookTimeout = 300.0
    /// Seconds a container has to end by itself.
    var stopTimeout = 10.0
    var keepFailed = false
    /// Whether volumes without a name go with the containers they belong to.
    var removesVolumes = false
    /// Services that are left out, by name.
    var excluded: [String] = []
}
