extension SpecSummary {
    /// The host port this container port had, so that it can be kept.
    public func hostPort(_ container: Int) -> Int? {
        ports.lazy.compactMap { pair -> Int? in
            let parts = pair.split(separator: ":")
            return parts.count == 2 && Int(parts[0]) == container ? Int(parts[1]) : nil
        }.first { $0 != 0 }
    }
}
