import Reconciler
import Testing

/// What planning sees, and what the steps of a plan do to it: an engine, a ledger and hooks as values.
struct PlannedWorld {
    var group: GroupSpec
    var observed = ObservedGroup()
    var history = GroupState()
    /// Directories of the host that exist; `preStart` makes those that don't.
    var directories: Set<String> = []
    /// What a service's `postStart` writes.
    var writers: [String: (key: String, value: ContextValue)] = [:]
    private var made: [String: String] = [:]
    private var prepared: Set<String> = []
    private var factCount = 0
    private var idCount = 0

    init(group: GroupSpec) { self.group = group }

    var request: PlanRequest {
        let network = group.network
        let directories = directories
        return PlanRequest(
            desired: group, observed: observed, history: history, runTag: "run9", preparedImages: prepared,
            fingerprint: { $0.canonicalText(network: network) }, directoryExists: { directories.contains($0) })
    }

    /// Carries out a plan, every step in its turn. What the engine is removing is gone by then.
    mutating func apply(_ plan: Plan) throws {
        observed.containers.removeAll { $0.status == .removing }
        for step in plan.steps { try apply(step, in: plan) }
    }

    /// Later starts don't know what this one built and made.
    mutating func endRun() {
        made = [:]
        prepared = []
    }

    private mutating func apply(_ step: PlanStep, in plan: Plan) throws {
        switch step.kind {
        case .createNetwork: observed.networkExists = true
        case .pullImage: observed.images[step.target.text] = "sha256:\(step.target.text)"
        case .buildImage:
            observed.images[step.target.text] = "sha256:\(step.target.text) built"
            if let service = step.service { prepared.insert(service) }
        case .createContainer:
            let service = try #require(step.service)
            let spec = try definition(of: step).resolved(history.context)
            let image = try ImageReference(spec.image).description
            try #require(observed.images[image] != nil, "a container is made without its image")
            try #require(!observed.containers.contains { $0.name == step.target.text }, "the name \(step.target.text) is taken")
            idCount += 1
            let id = "new\(idCount)"
            make(spec, id: id, name: step.target.text, network: group.network)
            let createdAt = 1_000 + idCount
            change(id) { $0.createdAt = createdAt }
            made[service] = id
            tell(service, .planned, container: nil)
            tell(service, .createBegan, container: nil)
            tell(service, .containerCreated, container: id)
        case .preStart:
            for case .directory(let path) in try definition(of: step).volumes.map(\.source) { directories.insert(path) }
        case .renameContainer:
            try #require(!observed.containers.contains { $0.name == step.target.text }, "the name \(step.target.text) is taken")
            change(try id(of: step)) { $0.name = step.target.text }
        case .startContainer, .unpauseContainer:
            let service = try #require(step.service)
            let id = try id(of: step)
            try #require(observed.networkExists, "a container is started without its network")
            for case .directory(let path) in try definition(of: step).volumes.map(\.source) {
                try #require(directories.contains(path), "\(path) is missing at the start")
            }
            for other in observed.containers where other.service == service && other.id != id {
                try #require(![.running, .paused, .restarting].contains(other.status), "two containers of \(service) run")
            }
            let code = group[service]?.expectedExits.min()
            change(id) {
                $0.status = code == nil ? .running : .exited
                $0.exitCode = code
            }
            tell(service, .planned, container: nil)
            tell(service, .startBegan, container: id)
            tell(service, .containerStarted, container: id)
        case .ping, .postStart:
            let service = try #require(step.service)
            let id = try id(of: step)
            let primes = plan.steps.contains { $0.kind == .postStart && $0.service == service }
            if history[service].phase != .pinging { tell(service, .planned, container: nil) }
            if step.kind == .ping {
                if history[service].phase == .waiting { tell(service, .containerStarted, container: id) }
                if !primes { tell(service, .pingSucceeded, container: id) }
            } else {
                tell(service, .postStartBegan, container: id)
                if let (key, value) = writers[service] { write(key, value) }
                tell(service, .postStartFinished, container: id)
            }
        case .preStop:
            let status = try container(id(of: step)).status
            try #require(status == .running, "pre_stop of what does not run")
        case .stopContainer:
            change(try id(of: step)) {
                $0.status = .exited
                $0.exitCode = 0
            }
        case .removeContainer:
            let id = try id(of: step)
            let status = try container(id).status
            try #require(![.running, .paused, .restarting].contains(status), "a container is removed that was not stopped")
            observed.containers.removeAll { $0.id == id }
            record(step.service, .stepSucceeded(StepSucceeded(step: .removeContainer, target: step.target.text, result: id, seconds: 0)))
        case .removeNetwork: observed.networkExists = false
        case .reconsider:
            let service = try #require(step.service)
            prepared.insert(service)
            try apply(planService(service, request))
        case .removeVolume, .execInContainer: Issue.record("no plan has \(step.kind)")
        }
    }

    private func id(of step: PlanStep) throws -> String {
        if case .container(let id, _) = step.target { return id }
        let service = try #require(step.service)
        return try #require(made[service], "step \(step.id) (\(step.kind.rawValue)) has no container")
    }

    private func definition(of step: PlanStep) throws -> ServiceSpec {
        let service = try #require(step.service)
        return try #require(group[service])
    }

    private func container(_ id: String) throws -> ObservedContainer { try #require(observed.containers.first { $0.id == id }) }

    mutating func change(_ id: String, _ change: (inout ObservedContainer) -> Void) {
        for index in observed.containers.indices where observed.containers[index].id == id { change(&observed.containers[index]) }
    }

    mutating func make(_ spec: ServiceSpec, id: String, name: String, network: String) {
        let image = (try? ImageReference(spec.image).description) ?? spec.image
        let resolved = (try? spec.resolved(history.context)) ?? spec
        observed.containers.append(
            ObservedContainer(
                id: id, name: name, service: spec.name, status: .created, imageID: observed.images[image] ?? "sha256:\(image)", run: 3,
                fingerprint: resolved.canonicalText(network: network), networks: [network],
                configuration: ObservedConfiguration(
                    image: spec.image, env: resolved.env.mapValues(\.text), ports: spec.ports, volumes: resolved.volumes.map(\.text),
                    user: spec.user, stopSignal: spec.stopSignal.rawValue)))
    }

    mutating func write(_ key: String, _ value: ContextValue) {
        record(nil, .contextWritten(ContextWritten(key: key, value: value, secret: false, hook: .postStart)))
    }

    /// Moves a service, where the move is legal from where it stands.
    mutating func tell(_ service: String, _ event: ServiceEvent, container: String?) {
        let from = history[service].phase
        guard let to = try? from.after(event) else { return }
        record(service, .stateChanged(StateChanged(from: from, to: to, event: event, containerID: container)))
    }

    private mutating func record(_ service: String?, _ event: Event) {
        factCount += 1
        let fact = RecordedFact(seq: factCount, run: 1, at: "", monoNs: 0, service: service, operation: nil, event: event)
        #expect(throws: Never.self) { try history.apply(fact) }
    }
}

extension PlanRequest {
    var stop: StopRequest { stop(removes: false) }

    func stop(removes: Bool) -> StopRequest {
        StopRequest(
            members: desired.services.map { ($0.name, $0.dependencies) }, network: desired.network, observed: observed, removes: removes)
    }
}
