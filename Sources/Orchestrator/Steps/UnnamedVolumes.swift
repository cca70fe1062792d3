import DockerClient
import Reconciler

/// What containers keep in volumes without a name, asked for, recorded and removed as `UnnamedVolumes` says.
extension GroupRun {
    private func volumes(of service: String) -> UnnamedVolumes { UnnamedVolumes(of: group[service], journal.state[service]) }

    func inheritance(of spec: ServiceSpec) async throws -> UnnamedVolumes.Inheritance {
        let volumes = UnnamedVolumes(of: spec, journal.state[spec.name])
        let present = volumes.kept.isEmpty ? [] : Set(try await engine.volumes())
        let left = volumes.left(by: found(spec.name), isPresent: present.contains)
        let declared = left.isEmpty || spec.alwaysStartNew ? [] : try await engine.inspect(image: spec.image).config.volumes
        return volumes.inheritance(of: left, declared: Set(declared.map(mountPoint)))
    }

    /// Records, before a container is removed, what it leaves.
    /// - Parameter areRemoved: whether the engine takes along the volumes it made for this very container.
    func keepVolumes(of service: String, _ id: String, areRemoved: Bool) throws {
        let volumes = volumes(of: service)
        let kept = volumes.kept(
            after: found(container: id), handedOn: handedOn(to: id), takesOwn: areRemoved, removesAll: terms.removesVolumes)
        guard kept != volumes.kept else { return }
        try journal.note(service, .volumesKept(VolumesKept(volumes: kept)))
    }

    /// Removes what was handed on from container to container; the engine takes only what it made for the last one.
    func removeVolumes(of services: [String]) async throws {
        let known = journal.state.services.filter { !$0.value.keptVolumes.isEmpty }.keys
        let all = Set(services).union(known).subtracting(terms.excluded).subtracting(failedServices)
        for service in all.sorted() where !interruption.isInterrupted {
            let volumes = volumes(of: service)
            let names = volumes.all(of: found(service))
            guard !names.isEmpty || !volumes.kept.isEmpty else { continue }
            let present = Set(try await engine.volumes())
            var refused: Set<String> = []
            for name in names.intersection(present).sorted() {
                if try await !removeVolume(name, of: service) { refused.insert(name) }
            }
            let rest = volumes.rest(refused: refused) { [otherEngineID] in otherEngineID != nil && !present.contains($0) }
            if rest != volumes.kept { try journal.note(service, .volumesKept(VolumesKept(volumes: rest))) }
        }
    }

    /// - Returns: whether it is gone.
    private func removeVolume(_ name: String, of service: String) async throws -> Bool {
        do {
            try await call(EngineStep(kind: .removeVolume, service: service, cause: "stop --remove", target: name)) {
                () async throws(DockerError) in try await engine.remove(volume: name)
            }
            return true
        } catch let error as DockerError where !error.outcomeUnknown {
            try journal.note(service, .noteTaken(NoteTaken(text: "its volume \(name.prefix(12)) could not be removed: \(error)")))
            return false
        }
    }
}

/// A mount point as the engine has it; an image keeps it as its author wrote it, `/data/` say.
func mountPoint(_ text: String) -> String {
    var parts: [Substring] = []
    for part in text.split(separator: "/") where part != "." {
        if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
}
