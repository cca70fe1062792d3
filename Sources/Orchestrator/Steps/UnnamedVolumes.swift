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
        if !left.isEmpty {
            // Another engine, or a user, may have none of that name any more; one made anew would be empty.
            let present = Set(try await engine.volumes())
            left = left.filter { present.contains($0.value) }
        }
        // One that never ran has nothing; of several that did, the newest is the one to go on from.
        let earlier = found(spec.name).sorted { ($0.hasRun ? 1 : 0, $0.createdAt, $0.id) < ($1.hasRun ? 1 : 0, $1.createdAt, $1.id) }
        for container in earlier { left.merge(unnamed(container)) { $1 } }
        for volume in spec.volumes { left[volume.target] = nil }
        guard !left.isEmpty else { return Inheritance() }
        if spec.alwaysStartNew {
            return Inheritance(notes: ["\(places(left)) begins anew, since it is always started new"])
        }
        let declared = Set(try await engine.inspect(image: spec.image).config.volumes.map(mountPoint))
        let handedOn = left.filter { declared.contains($0.key) }
        let rest = left.filter { !declared.contains($0.key) }
        var notes: [String] = []
        if !handedOn.isEmpty { notes.append("goes on with what its last container kept at \(places(handedOn))") }
        if !rest.isEmpty { notes.append("its image keeps nothing at \(places(rest)) any more; what was there is left as it is") }
        return Inheritance(handedOn: handedOn, notes: notes)
    }

    /// The volumes of a container that the engine named: a name of the same form that the definition tells is the user's.
    private func unnamed(_ container: ObservedContainer) -> [String: String] {
        let named = named(container.service)
        return container.unnamedVolumes.filter { !named.contains($0.value) }
    }

    private func named(_ service: String) -> Set<String> {
        let defined = group[service]?.volumes.map(\.sourceText) ?? []
        return Set(defined + (journal.state[service].spec?.namedVolumes ?? []))
    }

    private func places(_ volumes: [String: String]) -> String {
        volumes.sorted { $0.key < $1.key }.map { "\($0.key) (volume \($0.value.prefix(12)))" }.joined(separator: " and ")
    }

    /// Records, before a container is removed, what it leaves. What is known from before at other places stays known.
    /// - Parameter areRemoved: whether the engine takes along the volumes it made for this very container.
    func keepVolumes(of service: String, _ id: String, areRemoved: Bool) throws {
        guard group[service]?.alwaysStartNew != true || terms.removesVolumes else { return }
        let container = found(container: id)
        // Under stop --remove, too: killed half-way, the next one finds here what is still to be removed.
        let own = areRemoved && !terms.removesVolumes ? [:] : container.map(unnamed) ?? [:]
        let left = own.merging(handedOn(to: id)) { $1 }
        let kept = journal.state[service].keptVolumes
        // What is to be removed as well must not be forgotten for it, and one that never ran has nothing.
        let isOlderBetter = terms.removesVolumes || container?.hasRun == false
        let all = kept.merging(left) { isOlderBetter ? $0 : $1 }
        guard all != kept else { return }
        try journal.note(service, .volumesKept(VolumesKept(volumes: all)))
    }

    /// Removes what was handed on from container to container; the engine takes only what it made for the last one.
    func removeVolumes(of services: [String]) async throws {
        let known = journal.state.services.filter { !$0.value.keptVolumes.isEmpty }.keys
        let all = Set(services).union(known).subtracting(terms.excluded).subtracting(failedServices)
        for service in all.sorted() where !interruption.isInterrupted {
            let kept = journal.state[service].keptVolumes
            let named = named(service)
            let names = Set(found(service).flatMap { unnamed($0).values } + kept.values).subtracting(named)
            guard !names.isEmpty || !kept.isEmpty else { continue }
            let present = Set(try await engine.volumes())
            var refused: Set<String> = []
            for name in names.intersection(present).sorted() {
                if try await !removeVolume(name, of: service) { refused.insert(name) }
            }
            // Those of another engine are still there, and it may come back.
            let rest = kept.filter { refused.contains($0.value) || otherEngineID != nil && !present.contains($0.value) }
            if rest != kept { try journal.note(service, .volumesKept(VolumesKept(volumes: rest))) }
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

extension ObservedContainer {
    fileprivate var hasRun: Bool { status != .created }
}
