extension ServiceSpec {
    /// Text that is equal exactly when two resolved specs make equal containers; the orchestrator keeps a keyed hash of it in a label.
    ///
    /// Every part is length-prefixed, so no value can imitate another's boundary.
    public func canonicalText(network: String) -> String {
        var parts = ["miniboss-spec-1", image, network, stopSignal.rawValue, user ?? "-"]
        parts += env.sorted { $0.key < $1.key }.flatMap { ["env", $0.key, $0.value.text] }
        parts += ports.sorted().map { "port \($0.container) \($0.host)" }
        parts += volumes.map { "volume \($0.text)" }
        parts += ["entrypoint \(entrypoint?.count ?? -1)"] + (entrypoint ?? [])
        parts += ["cmd \(command?.count ?? -1)"] + (command ?? [])
        return parts.map { "\($0.utf8.count):\($0)" }.joined(separator: ",")
    }
}
