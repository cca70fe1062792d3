extension SpecSummary {
    /// The volumes it mounts by name, which outlive the container.
    public var namedVolumes: [String] {
        volumes.compactMap { text in
            let source = text.prefix { $0 != ":" }
            return source.isEmpty || source.hasPrefix("/") ? nil : String(source)
        }
    }
}
