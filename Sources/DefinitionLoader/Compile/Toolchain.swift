/// The Swift compiler that is found through `PATH`.
struct Toolchain: Equatable {
    /// Absolute path of `swiftc`.
    let compiler: String
    /// Changes when another compiler is installed; found without running it.
    let identity: String
    /// Whether the toolchain brings its own linker; others may be missing.
    let hasLLD: Bool

    /// The first executable `swiftc` in the directories of `searchPath`, or `nil`.
    static func find(searchPath: String, from directory: String) -> Toolchain? {
        for entry in searchPath.split(separator: ":", omittingEmptySubsequences: false) {
            let candidate = Disk.absolute("\(entry.isEmpty ? "." : entry)/swiftc", in: directory)
            guard Disk.isExecutable(candidate) else { continue }
            let resolved = Disk.resolved(candidate)
            guard let status = Disk.status(resolved) else { continue }
            return Toolchain(
                compiler: candidate, identity: "\(resolved) \(status.size) \(status.modified)",
                hasLLD: Disk.isExecutable("\(Disk.directory(of: resolved))/ld.lld"))
        }
        return nil
    }
}
