import DockerClient
import Reconciler

extension GroupRun {
    /// Does one step. Everything about it was decided in the plan.
    func perform(_ step: PlanStep) async -> StepResult {
        if let service = step.service { begun(service) }
        do {
            switch step.kind {
            case .createNetwork: try await createNetwork(step)
            case .removeNetwork: try await removeNetwork(step)
            case .pullImage: try await pullImage(step)
            case .buildImage: try await buildImage(step)
            case .createContainer: try await createContainer(step)
            case .renameContainer: try await renameContainer(step)
            case .startContainer, .unpauseContainer: return try await startContainer(step)
            case .stopContainer: return try await stopContainer(step)
            case .removeContainer: try await removeContainer(step)
            case .preStart: try await preStart(step)
            case .ping: try await ping(step)
            case .postStart: try await postStart(step)
            case .preStop: try await preStop(step)
            case .reconsider: return .replanned(try await reconsider(step))
            case .removeVolume, .execInContainer:
                throw OperationError(.defect, "step \(step.id) (\(step.kind.rawValue)) is of a kind that no plan has")
            }
            return .succeeded
        } catch {
            switch StepFault(error, phase: step.kind.failurePhase, image: imageName(step)) {
            case .failed(var failure):
                if let service = step.service { failure.seconds = clock.seconds(since: begun(service)) }
                return .failed(failure)
            case .interrupted: return .interrupted
            case .givenUp: return .givenUp
            case .fatal(let error): return .fatal(error)
            }
        }
    }

    /// Plans one service again, its dependencies running and its image here.
    private func reconsider(_ step: PlanStep) async throws -> Plan {
        guard let name = step.service else { return Plan() }
        // First, so that whatever goes wrong from here on is the failure of a service that is being started.
        try move(name, .planned, cause: step.cause, onlyFrom: [.stopped])
        let observed = try await observeNow(only: [name])
        var request = planRequest(observed: observed)
        if step.renews { request.renewals[name] = step.cause }
        request.preparedImages.insert(name)
        let plan = planService(name, request)
        guard let outlook = plan.outlook(of: name) else { return plan }
        try await announce(outlook)
        return plan
    }

    /// Records what planning found out about a service.
    func announce(_ outlook: ServiceOutlook) async throws {
        keep(outlook)
        if !outlook.differences.isEmpty, let id = outlook.containerID {
            try journal.note(
                outlook.service, .divergenceFound(DivergenceFound(containerID: id, differences: outlook.differences)))
        }
        if outlook.disposition == .untouched {
            try move(outlook.service, .foundRunning, cause: outlook.cause, container: outlook.containerID)
        }
    }

    private func imageName(_ step: PlanStep) -> String? {
        if case .image(let name) = step.target { return name }
        return step.service.flatMap { group[$0]?.image }
    }

    /// The container a step is about.
    func containerID(_ step: PlanStep) throws -> String {
        if case .container(let id, _) = step.target {
            // Made again meanwhile: what was planned for it is for its successor.
            return isRemade(id) ? step.service.flatMap(made) ?? id : id
        }
        guard let service = step.service, let id = made(service) else {
            throw OperationError(.defect, "step \(step.id) (\(step.kind.rawValue)) has no container")
        }
        return id
    }
}

extension StepKind {
    /// The phase of a start a failure of this step belongs to.
    var failurePhase: FailurePhase {
        switch self {
        case .pullImage: .pull
        case .buildImage: .build
        case .createNetwork, .createContainer, .renameContainer, .removeContainer, .reconsider: .create
        case .preStart: .preStart
        case .startContainer, .unpauseContainer, .stopContainer, .removeVolume, .removeNetwork, .preStop, .execInContainer:
            .start
        case .ping: .ping
        case .postStart: .postStart
        }
    }
}
