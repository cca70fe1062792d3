/// The plan that rebuilds one service and replaces its container: the build first, so that a failed one changes nothing.
///
/// - Parameters:
///   - dependents: running services that need it, to be stopped before and started after; empty with `--no-dependents`.
///   - replacesDependents: give the dependents new containers, too.
public func planReload(_ service: ServiceSpec, dependents: [ServiceSpec], replacesDependents: Bool, _ request: PlanRequest) -> Plan {
    var draft = PlanDraft()
    let cause = "reload was asked for"
    let image = (try? service.resolvedImage(request.history.context)) ?? service.image
    let reference = (try? ImageReference(image))?.description ?? image
    let build = draft.add(.buildImage, service.name, .image(reference), cause: cause, after: [])
    let network =
        request.observed.networkExists
        ? nil : draft.add(.createNetwork, nil, .network(request.desired.network), cause: "no network exists", after: [])

    let graph = ServiceGraph(dependents.map { ($0.name, $0.dependencies) })
    let order = graph.startIndexes
    let observed = request.observed.containersByService
    var stops = [Int?](repeating: nil, count: dependents.count)
    for index in order.reversed() {
        let dependent = dependents[index]
        var after: [Int?] = [build] + graph.dependents[index].map { stops[$0] }
        for container in observed[dependent.name, default: []] where container.status == .running {
            after = draft.end(container, of: dependent.name, cause: "\(service.name) is reloaded", after: after)
        }
        stops[index] = after.compactMap { $0 }.last
    }

    let properName = request.containerName(of: service.name)
    let old = observed[service.name, default: []].filter { $0.status != .removing }
    let firstName = request.newContainerName(of: service.name, beside: observed[service.name])
    let preStart = draft.add(.preStart, service.name, .service(service.name), cause: cause, after: [build, network] + stops)
    let create = draft.add(.createContainer, service.name, .newContainer(name: firstName), cause: cause, after: [preStart])
    var before: [Int?] = [create]
    for container in old { before.append(draft.remove(container, of: service.name, cause: cause, after: [create])) }
    if firstName != properName {
        before.append(draft.add(.renameContainer, service.name, .newContainer(name: properName), cause: cause, after: before))
    }
    let start = draft.add(.startContainer, service.name, .newContainer(name: properName), cause: cause, after: before)
    let ping = draft.add(.ping, service.name, .newContainer(name: properName), cause: "new container", after: [start])
    let last = draft.add(.postStart, service.name, .newContainer(name: properName), cause: "new container", after: [ping])
    draft.finish(service.name, after: [last])
    let resolved = try? service.resolved(request.history.context)
    let found = old.last.flatMap { actual in
        resolved.map {
            differences(
                desired: $0, network: request.desired.network, imageID: nil, actual: actual,
                formerSecrets: request.history[service.name].secretKeys, hide: request.hide)
        }
    }
    draft.expect(
        ServiceOutlook(
            service: service.name, disposition: .replaced, cause: cause, containerID: old.last?.id, differences: found ?? []))

    for dependent in order.map({ dependents[$0] }) {
        let after = [last] + dependent.dependencies.flatMap { draft.lastSteps[$0, default: []] }
        let step = draft.add(
            .reconsider, dependent.name, .service(dependent.name),
            cause: replacesDependents ? "reload --remove" : "\(service.name) was reloaded", after: after, renews: replacesDependents)
        draft.finish(dependent.name, after: [step])
        draft.expect(
            ServiceOutlook(
                service: dependent.name, disposition: .reconsidered, cause: "\(service.name) is reloaded",
                containerID: observed[dependent.name]?.first?.id))
    }
    return draft.finished(order: request.desired.services.map(\.name))
}
