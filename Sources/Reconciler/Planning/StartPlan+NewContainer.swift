extension StartPlanner {
    /// A new container: made early where nothing keeps it, started only when its dependencies are running.
    /// - Parameter reads: the service's `contextReads`, where they are known already.
    mutating func make(
        _ service: ServiceSpec, resolved: ServiceSpec?, reading reads: [String: [String]]? = nil, replacing old: [ObservedContainer],
        cause: String, after dependencies: [Int?]
    ) {
        let reads = reads ?? service.contextReads
        let properName = request.containerName(of: service.name)
        let firstName = request.newContainerName(of: service.name, beside: observed[service.name])
        let target = StepTarget.newContainer(name: firstName)
        let ready = [network(), addImage(resolved ?? service)]

        // Its own pre_start may make a directory it mounts, or write the key it is made from.
        let isComplete = resolved != nil && reads.isEmpty
        let create: Int
        let preStart: Int
        if isComplete, hasDirectories(service) {
            create = draft.add(.createContainer, service.name, target, cause: cause, after: ready)
            preStart = draft.add(.preStart, service.name, .service(service.name), cause: cause, after: dependencies + [create])
        } else {
            preStart = draft.add(.preStart, service.name, .service(service.name), cause: cause, after: dependencies + ready)
            create = draft.add(
                .createContainer, service.name, target, cause: cause, after: ready + [preStart],
                early: earlyBeginning(of: service, reads, ready, dependencies))
        }
        var beforeStart: [Int?] = [create, preStart]
        for container in old {
            beforeStart.append(draft.remove(container, of: service.name, cause: cause, after: [create, preStart]))
        }
        beforeStart += makeWay(for: service, after: [create, preStart])
        if firstName != properName {
            beforeStart.append(draft.add(.renameContainer, service.name, .newContainer(name: properName), cause: cause, after: beforeStart))
        }
        let start = draft.add(.startContainer, service.name, .newContainer(name: properName), cause: cause, after: beforeStart)
        let ping = draft.add(.ping, service.name, .newContainer(name: properName), cause: "new container", after: [start])
        let last = draft.add(.postStart, service.name, .newContainer(name: properName), cause: "new container", after: [ping])
        draft.finish(service.name, after: [last])
        moving.insert(service.name)
    }

    /// A hook that is still to run may write a key anew: the container is made again then, see `planRemake`.
    private func earlyBeginning(
        of service: ServiceSpec, _ reads: [String: [String]], _ ready: [Int?], _ dependencies: [Int?]
    ) -> EarlyBeginning? {
        let isBound = ["image", "buildFromDirectory", "dockerfile", "volumes"].contains { reads[$0] != nil }
        guard !isBound, !reads.isEmpty, hasDirectories(service), dependencies.contains(where: { $0 != nil }) else { return nil }
        return EarlyBeginning(keys: Set(reads.values.joined()), after: ready.compactMap { $0 }.sorted())
    }

    /// Whether all directories it mounts are there, so that none is left for `preStart` to make.
    private func hasDirectories(_ service: ServiceSpec) -> Bool {
        service.volumes.allSatisfy { if case .directory(let path) = $0.source { request.directoryExists(path) } else { true } }
    }
}
