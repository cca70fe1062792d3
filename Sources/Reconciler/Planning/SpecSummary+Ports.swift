extension SpecSummary {
    /// The host port this container port had, so that it can be kept.
    public func hostPort(_ container: Int) -> Int? {
        ports.lazy.compactMap { pair -> Int? in
            let parts = pair.split(separator: ":")
            return parts.count == 2 && Int(parts[0]) == container ? Int(parts[1]) : nil
        }.first { $0 != 0 }
    }

    /// The ports in words. One for which no host port had been chosen yet is no other than the one that another spec has.
    func portWords(beside other: SpecSummary) -> String {
        ports.map { pair in
            guard pair.hasSuffix(":0"), let container = Int(pair.dropLast(2)) else { return pair }
            return other.hostPort(container).map { "\(container):\($0)" } ?? pair
        }.joined(separator: ", ")
    }
}
