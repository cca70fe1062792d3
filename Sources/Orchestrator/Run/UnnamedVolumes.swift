import DockerClient
import Reconciler

/// Images ask for volumes that no definition names. What is in them outlives the container, as with Compose: its successor gets
/// them, until `stop --remove`. The engine itself forgets whose they were, so the ledger remembers.
extension GroupRun {
    /// What a new container gets of those before it.
    struct Inheritance: Sendable {
        /// Names of volumes, by where they are mounted.
        var handedOn: [String: String] = [:]
        /// In words, for the ledger.
        var notes: [String] = []
    }

    func inheritance(of spec: ServiceSpec) async throws -> Inheritance {
        var left = journal.state[spec.name].keptVolumes
        // One that never ran has nothing; of several that did, the newest is the one to go on from.
        let earlier = found(spec.name).sorted { ($0.hasRun ? 1 : 0, $0.createdAt, $0.id) < ($1.hasRun ? 1 : 0, $1.createdAt, $1.id) }
        for container in earlier { left.merge(container.unnamedVolumes) { $1 } }
        for volume in spec.volumes { left[volume.target] = nil }
        guard !left.isEmpty else { return Inheritance() }
        if spec.alwaysStartNew {
            return Inheritance(notes: ["\(places(left)) begins anew, since it is always started new"])
        }
        let declared = Set(try await engine.inspect(image: spec.image).config.volumes)
        let handedOn = left.filter { declared.contains($0.key) }
        let rest = left.filter { !declared.contains($0.key) }
        var notes: [String] = []
        if !handedOn.isEmpty { notes.append("goes on with what its last container kept at \(places(handedOn))") }
        if !rest.isEmpty { notes.append("its image keeps nothing at \(places(rest)) any more; what was there is left as it is") }
        return Inheritance(handedOn: handedOn, notes: notes)
    }

    private func places(_ volumes: [String: String]) -> String {
        volumes.sorted { $0.key < $1.key }.map { "\($0.key) (volume \($0.value.prefix(12)))" }.joined(separator: " and ")
    }

    /// Records, before a container is removed, what it leaves.
    /// - Parameter areRemoved: whether the engine takes along the volumes it made for this very container.
    func keepVolumes(of service: String, _ id: String, areRemoved: Bool) throws {
        guard !terms.removesVolumes, group[service]?.alwaysStartNew != true else { return }
        let own = areRemoved ? [:] : found(container: id)?.unnamedVolumes ?? [:]
        let left = own.merging(handedOn(to: id)) { $1 }
        guard !left.isEmpty, left != journal.state[service].keptVolumes else { return }
        try journal.note(service, .volumesKept(VolumesKept(volumes: left)))
    }

    /// Removes what was handed on from container to container; the engine takes only what it made for the last one.
    func removeVolumes(of services: [String]) async throws {
        for service in services where !failedServices.contains(service) && !interruption.isInterrupted {
            let kept = journal.state[service].keptVolumes
            let names = Set(found(service).flatMap(\.unnamedVolumes.values) + kept.values)
            guard !names.isEmpty else { continue }
            for name in try await names.intersection(engine.volumes()).sorted() { try await removeVolume(name, of: service) }
            if !kept.isEmpty { try journal.note(service, .volumesKept(VolumesKept(volumes: [:]))) }
        }
    }

    private func removeVolume(_ name: String, of service: String) async throws {
        do {
            try await call(EngineStep(kind: .removeVolume, service: service, cause: "stop --remove", target: name)) {
                () async throws(DockerError) in try await engine.remove(volume: name)
            }
        } catch let error as DockerError where !error.outcomeUnknown {
            try journal.note(service, .noteTaken(NoteTaken(text: "its volume \(name.prefix(12)) could not be removed: \(error)")))
        }
    }
}

extension ObservedContainer {
    fileprivate var hasRun: Bool { status != .created }
}
