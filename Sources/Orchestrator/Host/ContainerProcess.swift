/// A container's process as this machine's kernel sees it. The engine hears of a death only some 0.1 s later.
enum ContainerProcess {
    /// Whether the process is seen alive; `false` also where an engine's processes can't be seen from here: on another
    /// machine, in a virtual one.
    ///
    /// The control group of the process bears the container's id (cgroups(7)), so a number that has passed to another
    /// process is not taken for it.
    static func isSeenAlive(pid: Int, container id: String) -> Bool {
        guard pid > 0, HostFiles.text("/proc/\(pid)/cgroup").contains(id) else { return false }
        // proc(5): the state follows the name, which may hold anything but ends with the last parenthesis.
        let state = HostFiles.text("/proc/\(pid)/stat").split(separator: ")").last?.first { $0 != " " }
        return state.map { !"ZX".contains($0) } ?? false
    }
}
