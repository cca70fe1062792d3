import DockerClient
import Glibc
import Reconciler

/// Who holds a host port: another container, or a process of this machine; `nil` when neither can be known.
func holderOfPort(_ port: Int, engine: any ContainerEngine, seenFrom group: GroupSpec) async -> String? {
    if let containers = try? await engine.containers(labels: []),
        let holder = containers.first(where: { $0.state == "running" && $0.ports.contains { $0.hostPort == port } })
    {
        return "container \(holder.name)" + ownerWords(holder, seenFrom: group)
    }
    guard let inode = listeningInode(port: port) else { return nil }
    return processName(socketInode: inode) ?? "a process of this machine"
}

/// Whose a container is, and how it is ended; nothing for one that no group of ours made.
private func ownerWords(_ holder: ContainerSummary, seenFrom group: GroupSpec) -> String {
    guard let owner = holder.labels[GroupLabels.group] else { return "" }
    guard owner == group.name else { return " of group \"\(owner)\" (`miniboss stop --group \(owner)` where that was started ends it)" }
    let isLeftover = holder.labels[GroupLabels.service].map { group[$0] == nil } ?? false
    return isLeftover
        ? " of a service that is defined no more (`docker rm -f \(holder.name)` ends it alone, `miniboss stop` the whole group)"
        : " of group \"\(owner)\""
}

/// The socket that listens on a port, from `/proc/net/tcp` and `tcp6` (proc(5): local address in hex, state 0A, inode).
private func listeningInode(port: Int) -> String? {
    let digits = String(port, radix: 16, uppercase: true)
    let wanted = ":" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for line in HostFiles.text(table).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count > 9, fields[1].hasSuffix(wanted), fields[3] == "0A" else { continue }
            return String(fields[9])
        }
    }
    return nil
}

private func processName(socketInode: String) -> String? {
    let wanted = "socket:[\(socketInode)]"
    for process in HostFiles.names(in: "/proc") where process.allSatisfy(\.isNumber) {
        for descriptor in HostFiles.names(in: "/proc/\(process)/fd") where link("/proc/\(process)/fd/\(descriptor)") == wanted {
            let name = HostFiles.text("/proc/\(process)/comm").filter { $0 != "\n" }
            return "process \(name) (pid \(process))"
        }
    }
    return nil
}

private func link(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
        guard let base = buffer.baseAddress else { return nil }
        let count = readlink(path, base.assumingMemoryBound(to: CChar.self), buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }
}
