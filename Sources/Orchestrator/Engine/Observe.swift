import DockerClient
import Reconciler

/// What the engine holds for the group now, as values for the planner.
///
/// Three listings side by side; a container is inspected, beside the others, only when its fingerprint does not settle that it is
/// as defined.
/// - Parameter services: those whose containers are asked for; `nil` for all there are, defined or not.
func observe(
    _ group: GroupSpec, only services: Set<String>? = nil, engine: any ContainerEngine, context: ContextValues, isNetworkGiven: Bool,
    fingerprint: @Sendable (ServiceSpec) -> String
) async throws(DockerError) -> ObservedGroup {
    async let listing = result { () async throws(DockerError) in
        try await engine.containers(labels: [GroupLabels.filter(group: group.name)])
    }
    async let imageListing = result { () async throws(DockerError) in try await engine.images() }
    async let networkListing = result { () async throws(DockerError) in try await engine.networks(named: group.network) }
    let listed = try await listing.get().filter { $0.labels[GroupLabels.service] != nil }
    let summaries = listed.filter { summary in
        summary.labels[GroupLabels.oneOff] == nil && services?.contains(summary.labels[GroupLabels.service] ?? "") != false
    }
    let images = imageIDs(try await imageListing.get())
    let networks = try await networkListing.get()

    // A network that only has our name is somebody else's: making ours then fails and says so.
    let ours = networks.first { isNetworkGiven || $0.labels[GroupLabels.group] == group.name }
    let networkID = (ours ?? networks.first)?.id
    /// One of the group's name but another id was made anew since: the container holds on to the one that is gone.
    @Sendable func attached(_ networks: [String: ContainerNetwork]) -> [String] {
        networks.filter { name, network in name != group.network || network.isOn(networkID, named: name) }.keys.sorted()
    }
    var observed = ObservedGroup(networkExists: ours != nil, images: images)
    observed.hasTwinNetworks = !isNetworkGiven && networks.count { $0.labels[GroupLabels.group] == group.name } > 1
    observed.oneOffs = listed.filter { $0.labels[GroupLabels.oneOff] != nil }.map { ObservedContainer($0) }
    var containers = summaries.map { summary -> (container: ObservedContainer?, isSettled: Bool) in
        var container = ObservedContainer(summary)
        let desired = group[container.service].flatMap { try? $0.resolved(context) }
        let imageNow = desired.flatMap { try? ImageReference($0.image) }.flatMap { images[$0.description] }
        let isSettled =
            desired.map { fingerprint($0) == container.fingerprint } ?? false && (imageNow == nil || imageNow == container.imageID)
        // Where a listing does not tell, the container's label does.
        container.networks = summary.networks.map(attached) ?? (isSettled ? [group.network] : [])
        return (container, isSettled && container.networks.contains(group.network))
    }
    var outcomes: [Int: Result<ObservedContainer?, DockerError>] = [:]
    await withTaskGroup(of: (Int, Result<ObservedContainer?, DockerError>).self) { looks in
        for (index, (container, isSettled)) in containers.enumerated() {
            guard !isSettled, let container else { continue }
            looks.addTask {
                (index, await result { () async throws(DockerError) in try await inspected(container, engine: engine, attached) })
            }
        }
        for await (index, found) in looks { outcomes[index] = found }
    }
    for (index, found) in outcomes.sorted(by: { $0.key < $1.key }) { containers[index].container = try found.get() }
    observed.containers = containers.compactMap(\.container)
    return observed
}

/// With what only an inspect tells; `nil` where it is gone by now.
private func inspected(
    _ listed: ObservedContainer, engine: any ContainerEngine, _ attached: @Sendable ([String: ContainerNetwork]) -> [String]
) async throws(DockerError) -> ObservedContainer? {
    var container = listed
    do throws(DockerError) {
        let inspect = try await engine.inspect(container: container.id)
        let image = try? await engine.inspect(image: inspect.imageID)
        container.networks = attached(inspect.networks)
        container.configuration = ObservedConfiguration(inspect, image: image)
        container.exitCode = inspect.state.status == "exited" ? inspect.state.exitCode : nil
        return container
    } catch {
        guard error.isNotFound else { throw error }
        return nil
    }
}

private func result<Value: Sendable>(
    _ body: @Sendable () async throws(DockerError) -> Value
) async -> Result<Value, DockerError> {
    do { return .success(try await body()) } catch { return .failure(error) }
}

/// Image ids by reference, as the engine lists tags and digests.
private func imageIDs(_ images: [ImageSummary]) -> [String: String] {
    var ids: [String: String] = [:]
    for image in images {
        for name in image.repoTags + image.repoDigests {
            if let reference = try? ImageReference(name) { ids[reference.description] = image.id }
        }
        ids[image.id] = image.id
    }
    return ids
}

extension ObservedContainer {
    init(_ summary: ContainerSummary) {
        self.init(
            id: summary.id, name: summary.name, service: summary.labels[GroupLabels.service] ?? "",
            status: Status(rawValue: summary.state) ?? .dead, exitCode: summary.exitCodeInWords, imageID: summary.imageID,
            run: summary.labels[GroupLabels.run].flatMap { Int($0) }, fingerprint: summary.labels[GroupLabels.spec],
            createdAt: summary.created,
            ports: Set(summary.ports.compactMap { port in port.hostPort.map { PortMapping(container: port.containerPort, host: $0) } })
                .sorted())
        for mount in summary.mounts where mount.kind == "volume" && isAnonymous(mount.name) { unnamedVolumes[mount.target] = mount.name }
    }
}

extension ContainerSummary {
    /// The code in `Exited (3) 2 minutes ago`; a listing has it nowhere else.
    fileprivate var exitCodeInWords: Int? {
        guard state == "exited", let open = status.firstIndex(of: "("), let close = status.firstIndex(of: ")"), open < close else {
            return nil
        }
        return Int(status[status.index(after: open)..<close])
    }
}

extension ObservedConfiguration {
    init(_ inspect: ContainerInspect, image: ImageInspect?) {
        self.init(
            image: inspect.config.image, env: pairs(inspect.config.env), ports: bindings(inspect), volumes: mounts(inspect),
            entrypoint: cleared(inspect.config.entrypoint), command: inspect.config.cmd, user: inspect.config.user,
            stopSignal: inspect.stopSignalName,
            // What the engine sets of its own is no more the definition's matter than what the image sets.
            imageDefaults: ImageDefaults(
                env: inspect.engineVariables.merging(pairs(image?.config.env ?? [])) { $1 }, entrypoint: image?.config.entrypoint,
                command: image?.config.cmd,
                user: image?.config.user))
    }
}

/// `KEY=value` entries; of a repeated key the last counts.
func pairs(_ env: [String]) -> [String: String] {
    Dictionary(
        env.map { entry in
            guard let equals = entry.firstIndex(of: "=") else { return (entry, "") }
            return (String(entry[..<equals]), String(entry[entry.index(after: equals)...]))
        }, uniquingKeysWith: { _, last in last })
}

private func bindings(_ inspect: ContainerInspect) -> [PortMapping] {
    inspect.portBindings.flatMap { port, hosts -> [PortMapping] in
        guard let container = port.split(separator: "/").first.flatMap({ Int($0) }) else { return [] }
        return hosts.map { PortMapping(container: container, host: Int($0.hostPort) ?? 0) }
    }
}

private func mounts(_ inspect: ContainerInspect) -> [String] {
    inspect.mounts.filter { $0.kind == "bind" || !isAnonymous($0.name) }.map { mount in
        "\(mount.kind == "volume" ? mount.name : mount.source):\(mount.target):\(mount.writable ? "rw" : "ro")"
    }
}

/// Volumes the image asks for get 64 hex digits for a name; the definition has no say in them.
private func isAnonymous(_ name: String) -> Bool {
    name.count == 64 && name.allSatisfy(\.isHexDigit)
}

private func cleared(_ entrypoint: [String]?) -> [String]? {
    entrypoint == [""] ? [] : entrypoint
}
