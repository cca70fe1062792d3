/// One service, desired beside actual.
public struct ServiceStatus: Sendable {
    public var service: String
    public var state: String
    public var desired: String
    public var containerID: String?
    public var containerName: String?
    public var image: String
    public var ports: [PortMapping]
    /// Secrets are masked.
    public var differences: [Difference]
    /// Why it is not as desired; empty when it is.
    public var reason: String

    public init(
        service: String, state: String, desired: String, containerID: String?, containerName: String?, image: String, ports: [PortMapping],
        differences: [Difference], reason: String
    ) {
        self.service = service
        self.state = state
        self.desired = desired
        self.containerID = containerID
        self.containerName = containerName
        self.image = image
        self.ports = ports
        self.differences = differences
        self.reason = reason
    }
}

extension ServiceStatus {
    /// A service that is defined.
    /// - Parameters:
    ///   - choice: the container a start would go on with, and what it would clear away beside it.
    ///   - hide: what is masked in it.
    public init(
        of service: ServiceSpec, _ choice: ContainerChoice, on network: String, in observed: ObservedGroup, _ state: GroupState,
        hide: Redaction
    ) {
        let record = state[service.name]
        let container = choice.keeper
        let isDone = container.map { $0.status == .exited && service.isDone(exitCode: $0.exitCode) } ?? false
        var differing: [Difference] = []
        var reason = container.map { record.complaint(about: $0, isDone: isDone) } ?? record.absence(of: service, in: state)
        let isLost = { (needed: String) in
            [.failed, .blocked].contains(state[needed].phase)
                && !observed.containers.contains { $0.service == needed && $0.status == .running }
        }
        if reason.isEmpty, !isDone, let lost = service.dependencies.first(where: isLost) {
            reason = "runs without \(lost), which it needs: that \(state[lost].phase == .failed ? "failed" : "is blocked")"
        }
        if let container {
            do {
                let resolved = try service.resolved(state.context)
                let imageID = (try? ImageReference(resolved.image)).flatMap { observed.images[$0.description] }
                differing = Reconciler.differences(
                    desired: resolved, network: network, imageID: imageID, actual: container, formerSecrets: record.secretKeys,
                    hide: hide)
                if !differing.isEmpty { reason = differing.map(\.words).joined(separator: "; ") }
            } catch { reason = error.description }
            if !isDone, [.exited, .created].contains(container.status), !observed.networkExists { reason = PlanCause.networkGone }
        }
        let leftovers = choice.leftovers.map {
            "left over beside it: \($0.name) (\($0.status.rawValue)), which `miniboss start` clears away"
        }
        reason = ([reason] + leftovers).filter { !$0.isEmpty }.joined(separator: "; ")
        let shown = container.map { isDone ? "completed" : $0.status.rawValue }
        self.init(
            service: service.name, state: shown ?? record.absentState(of: service, in: state),
            desired: "running", containerID: container?.id, containerName: container?.name,
            image: hide(container?.configuration?.image ?? (try? service.resolvedImage(state.context)) ?? service.image),
            ports: container.map { $0.ports.isEmpty ? $0.configuration?.ports ?? [] : $0.ports } ?? [], differences: differing,
            reason: hide(reason))
    }

    /// A container of a service that is defined no more.
    public init(former container: ObservedContainer) {
        self.init(
            service: container.service, state: container.status.rawValue, desired: "absent", containerID: container.id,
            containerName: container.name, image: container.configuration?.image ?? shortID(container.imageID), ports: container.ports,
            differences: [],
            reason: "no longer in the definition; "
                + (container.status.mustBeStopped ? "`miniboss stop` ends it" : "`miniboss stop --remove` removes it"))
    }
}

extension ServiceRecord {
    /// What is wrong with a service's container but for its fields; empty when nothing is.
    fileprivate func complaint(about container: ObservedContainer, isDone: Bool) -> String {
        switch container.status {
        case _ where isDone: ""
        case .running where phase == .failed && containerID == container.id:
            "failed: \(failure?.summary ?? "see `miniboss postmortem`"); its container was kept"
        case .running where debt(of: container.id).ping: "it has not been found ready yet"
        case .running where debt(of: container.id).postStart: "post_start has not succeeded for this container"
        case .running: ""
        case _ where phase == .stopped: "it was stopped"
        case .exited: "its container has ended" + (container.exitCode.map { " (exit code \($0))" } ?? "")
        case .created: "its container was made and never started"
        default: "its container is \(container.status.rawValue)"
        }
    }

    /// The service that keeps a blocked one from starting; `nil` once that is over.
    private func blocker(of service: ServiceSpec, in state: GroupState) -> String? {
        guard phase == .blocked else { return nil }
        return service.dependencies.first { [.failed, .blocked].contains(state[$0].phase) }
    }

    fileprivate func absentState(of service: ServiceSpec, in state: GroupState) -> String {
        phase == .failed || blocker(of: service, in: state) != nil ? phase.rawValue : ServicePhase.absent.rawValue
    }

    /// Why a service has no container.
    fileprivate func absence(of service: ServiceSpec, in state: GroupState) -> String {
        switch phase {
        case .failed: return failure.map { "failed: \($0.summary)" } ?? "failed"
        case .blocked:
            guard let needed = blocker(of: service, in: state) else {
                return "\(PlanCause.noContainer): what it needs had failed when it was to start last"
            }
            return "needs \(needed), which \(state[needed].phase == .failed ? "failed" : "is blocked")"
        case .excluded: return "excluded"
        default: return PlanCause.noContainer
        }
    }
}
