import DockerClient
import Glibc
import Reconciler

/// Who holds a host port: another container, or a process of this machine; `nil` when neither can be known.
func holderOfPort(_ port: Int, engine: any ContainerEngine, seenFrom group: GroupSpec) async -> String? {
    if let containers = try? await engine.containers(labels: []),
        let holder = containers.first(where: { $0.state == "running" && $0.ports.contains { $0.hostPort == port } })
    {
        let owner = holder.labels[GroupLabels.group].map { owner in
            let isLeftover = owner == group.name && holder.labels[GroupLabels.service].map { group[$0] == nil } ?? false
            return isLeftover
                ? " of a service that is defined no more (`miniboss stop` ends it)" : " of group \"\(owner)\""
        }
        return "container \(holder.name)" + (owner ?? "")
    }
    guard let inode = listeningInode(port: port) else { return nil }
    return processName(socketInode: inode) ?? "a process of this machine"
}

/// The socket that listens on a port, from `/proc/net/tcp` and `tcp6` (proc(5): local address in hex, state 0A, inode).
private func listeningInode(port: Int) -> String? {
    let digits = String(port, radix: 16, uppercase: true)
    let wanted = ":" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for line in textFile(table).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count > 9, fields[1].hasSuffix(wanted), fields[3] == "0A" else { continue }
            return String(fields[9])
        }
    }
    return nil
}

private func processName(socketInode: String) -> String? {
    let wanted = "socket:[\(socketInode)]"
    for process in entries(of: "/proc") where process.allSatisfy(\.isNumber) {
        for descriptor in entries(of: "/proc/\(process)/fd") where link("/proc/\(process)/fd/\(descriptor)") == wanted {
            let name = textFile("/proc/\(process)/comm").filter { $0 != "\n" }
            return "process \(name) (pid \(process))"
        }
    }
    return nil
}

private func entries(of directory: String) -> [String] {
    guard let handle = opendir(directory) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
        names.append(
            withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            })
    }
    return names
}

private func link(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
        guard let base = buffer.baseAddress else { return nil }
        let count = readlink(path, base.assumingMemoryBound(to: CChar.self), buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }
}

/// The text of a small file, of `/proc` above all; empty when it can't be read.
func textFile(_ path: String) -> String {
    guard let file = fopen(path, "re") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
        let count = fread(&chunk, 1, chunk.count, file)
        guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
        bytes += chunk[..<count]
    }
}
