package import DockerClient

/// What containers keep: volumes, who ran on them, and whose data a person's hand took out of miniboss's sight.
extension SimulatedWorld {
    package struct Mounted: Sendable {
        package var volume: String
        package var target: String
        /// The engine made it for this very container, and takes it along if asked to.
        var isItsOwn: Bool
    }

    /// Where an image that keeps data does so.
    package static let dataPath = "/data"

    /// The volumes a new container has: those it is given, and one without a name where its image keeps data.
    mutating func mount(_ config: ContainerConfig) -> [Mounted] {
        var mounted = config.mounts.filter { $0.kind == .volume }.map { Mounted(volume: $0.source, target: $0.target, isItsOwn: false) }
        if keepsData.contains(config.image), !mounted.contains(where: { $0.target == Self.dataPath }) {
            mounted.append(Mounted(volume: identifier("d"), target: Self.dataPath, isItsOwn: true))
        }
        for mount in mounted { volumes[mount.volume, default: []] += [] }
        return mounted
    }

    /// Its program writes where it keeps data. What it finds there is what the service's last container left, or something is lost.
    mutating func write(_ container: Container) {
        guard !container.isOneOff else { return }
        for mount in container.mounted where mount.target == Self.dataPath {
            if let last = lastVolume[container.service], last != mount.volume, volumes[last] != nil {
                losses.append("\(container.name) began without the data of the container before it")
            }
            lastVolume[container.service] = mount.volume
            volumes[mount.volume, default: []].append(container.id)
        }
    }

    /// Somebody takes a container away without its volumes, which nobody need know of any more.
    package mutating func orphan(_ container: Container) {
        orphaned.formUnion(container.mounted.map(\.volume))
        lastVolume[container.service] = nil
    }

    /// Nobody knows any more whose the volumes are that no container has.
    mutating func forgetVolumes() {
        orphaned.formUnion(volumes.keys.filter { !isMounted($0) })
        lastVolume = lastVolume.filter { isMounted($0.value) }
    }

    mutating func removeOwnVolumes(of container: Container) {
        for mount in container.mounted where mount.isItsOwn && !isMounted(mount.volume) { volumes[mount.volume] = nil }
    }

    package mutating func removeVolume(_ name: String) throws(DockerError) {
        guard !isMounted(name) else {
            throw DockerError(.http(409), endpoint: "DELETE /volumes/\(name)", message: "remove \(name): volume is in use")
        }
        volumes[name] = nil
    }

    private func isMounted(_ name: String) -> Bool { containers.contains { $0.mounted.contains { $0.volume == name } } }
}
