extension StartPlanner {
    /// It runs: nothing, or what a run that was cut off still owes it.
    mutating func settle(_ service: ServiceSpec, _ keeper: ObservedContainer, _ owed: ContainerDebt, after: [Int?]) {
        // One that has ended needs none; the group does, for the commands that are run in it.
        if keeper.status == .exited { _ = network() }
        guard owed.ping || owed.postStart else {
            draft.finish(service.name, after: after)
            expect(service, .untouched, "running and as defined", keeper)
            return
        }
        let target = StepTarget.container(id: keeper.id, name: keeper.name)
        var after = after
        willPing(service.name)
        if owed.ping {
            after = [draft.add(.ping, service.name, target, cause: "started before, but not yet found ready", after: after)]
        }
        if owed.postStart {
            after = [
                draft.add(.postStart, service.name, target, cause: "post_start has not succeeded for this container", after: after)
            ]
            moving.insert(service.name)
        }
        draft.finish(service.name, after: after)
        expect(service, .completed, owed.postStart ? "post_start is still owed" : "a ping is still owed", keeper)
    }

    /// Stopped or paused, and as defined: started again, not made anew.
    mutating func restart(
        _ service: ServiceSpec, _ keeper: ObservedContainer, _ owed: ContainerDebt, _ leftovers: [ObservedContainer], after: [Int?]
    ) {
        let cause =
            switch keeper.status {
            case .created: "its container was made but never started"
            case .paused: "its container is paused"
            default: "stopped\(keeper.exitCode.map { " (exited \($0))" } ?? "")"
            }
        let target = StepTarget.container(id: keeper.id, name: keeper.name)
        var before = after
        if owed.firstStart {
            before.append(draft.add(.preStart, service.name, .service(service.name), cause: cause, after: after))
        }
        // Not before its own turn: one that runs goes on doing so if a dependency fails.
        let turn = before
        for leftover in leftovers { before.append(draft.remove(leftover, of: service.name, cause: leftoverCause(leftover), after: turn)) }
        before += makeWay(for: service, after: turn)
        let properName = request.containerName(of: service.name)
        if keeper.name != properName {
            before.append(
                draft.add(
                    .renameContainer, service.name, .container(id: keeper.id, name: properName), cause: "a temporary name was left",
                    after: before))
        }
        before.append(network())
        let kind = keeper.status == .paused ? StepKind.unpauseContainer : .startContainer
        let start = draft.add(kind, service.name, target, cause: cause, after: before)
        willPing(service.name)
        var last = draft.add(.ping, service.name, target, cause: "started again", after: [start])
        if owed.postStart {
            last = draft.add(
                .postStart, service.name, target, cause: "post_start has not succeeded for this container", after: [last])
            moving.insert(service.name)
        }
        draft.finish(service.name, after: [last])
        expect(service, .restarted, cause, keeper)
    }

    mutating func clear(_ service: ServiceSpec, _ leftovers: [ObservedContainer]) {
        guard draft.plan.outlooks.last?.disposition != .restarted else { return }
        for leftover in leftovers { draft.remove(leftover, of: service.name, cause: leftoverCause(leftover), after: []) }
    }

    private func leftoverCause(_ container: ObservedContainer) -> String {
        "left over from \(container.run.map { "run \($0)" } ?? "an earlier run")"
    }
}
