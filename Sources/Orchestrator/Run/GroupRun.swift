import DockerClient
import Files
import Ledger
import Reconciler
import Synchronization

/// One run of a command on a group: what its steps need, and what they leave for one another.
final class GroupRun: Sendable {
    let setting: RunSetting
    let terms: RunTerms
    /// The services this run is about, as defined.
    let group: GroupSpec
    let engine: any ContainerEngine
    /// When this run began, on the engine's clock.
    let engineBegan: EngineTime
    /// The engine on which the group was started last, where that was not this one.
    let otherEngineID: String?
    let journal: Journal
    let context: ContextStore
    let watch: ContainerWatch
    let surrender = Surrender()
    let fingerprintKey: [UInt8]
    let halfStops: [HalfStop]

    private let shared = Mutex(Shared())

    private struct Shared {
        var made: [String: String] = [:]
        var madeFrom: [String: String] = [:]
        var remade: Set<String> = []
        var kept: [String: String] = [:]
        var replaced: Set<String> = []
        var begun: [String: Int64] = [:]
        var startedAt: [String: Int64] = [:]
        var processes: [String: Int] = [:]
        var images: [String: String] = [:]
        var prepared: Set<String> = []
        var failures: [String: Failure] = [:]
        var found: [String: ObservedContainer] = [:]
        var endedUnseen: Set<String> = []
        var handedOn: [String: [String: String]] = [:]
        var chosenPorts: [Int: String] = [:]
        var mark: (any MarkedRun)?
    }

    init(
        setting: RunSetting, terms: RunTerms, group: GroupSpec, connected: EngineConnection, otherEngineID: String?, journal: Journal,
        fingerprintKey: [UInt8], halfStops: [HalfStop]
    ) {
        self.setting = setting
        self.terms = terms
        self.group = group
        engine = connected.engine
        engineBegan = connected.identity.time
        self.otherEngineID = otherEngineID
        self.journal = journal
        self.fingerprintKey = fingerprintKey
        self.halfStops = halfStops
        context = ContextStore(journal: journal)
        watch = ContainerWatch()
    }

    var clock: RunClock { setting.clock }
    var interruption: Interruption { setting.interruption }

    func hooks(of service: String) -> ServiceHooks {
        setting.definition?.hooks[service] ?? ServiceHooks()
    }

    /// The container this run made for a service.
    func made(_ service: String) -> String? { shared.withLock { $0.made[service] } }
    func made(_ service: String, _ id: String?) { shared.withLock { $0.made[service] = id } }

    /// Takes a container that an earlier run made, and that never ran, for one of this run's, which makes it again.
    /// - Parameter volumes: those without a name that may have been handed on to it.
    func remakes(_ id: String, of service: String, volumes: [String: String]) {
        shared.withLock { shared in
            shared.made[service] = id
            shared.remade.insert(id)
            shared.handedOn[id] = volumes
        }
    }
    func isRemade(_ id: String) -> Bool { shared.withLock { $0.remade.contains(id) } }

    /// The fingerprint of what that container was made from.
    func madeFrom(_ service: String) -> String? { shared.withLock { $0.madeFrom[service] } }
    func madeFrom(_ service: String, _ fingerprint: String) { shared.withLock { $0.madeFrom[service] = fingerprint } }

    /// The container that existed before and that this run goes on with.
    func kept(_ service: String) -> String? { shared.withLock { $0.kept[service] } }

    /// Whether a plan gives the service a new container in the place of what is there.
    func isReplaced(_ service: String) -> Bool { shared.withLock { $0.replaced.contains(service) } }

    /// Takes note of the container a plan goes on with, if it is not a new one.
    func keep(_ outlook: ServiceOutlook) {
        switch outlook.disposition {
        case .untouched, .restarted, .completed: shared.withLock { $0.kept[outlook.service] = outlook.containerID }
        case .replaced: shared.withLock { _ = $0.replaced.insert(outlook.service) }
        case .new, .reconsidered, .stopped, .removed, .absent: break
        }
    }

    /// Marks the first own step of a service and returns when that was.
    @discardableResult
    func begun(_ service: String) -> Int64 {
        let now = clock.monotonic()
        return shared.withLock { shared in
            if let earlier = shared.begun[service] { return earlier }
            shared.begun[service] = now
            return now
        }
    }

    func containerStarted(_ service: String) { shared.withLock { $0.startedAt[service] = clock.monotonic() } }

    /// Takes note of the process of a service's container.
    func runs(_ service: String, as pid: Int) { shared.withLock { $0.processes[service] = pid } }
    func process(_ service: String) -> Int? { shared.withLock { $0.processes[service] } }

    /// Seconds since the service's container was started in this run.
    func uptime(_ service: String) -> Double? {
        shared.withLock { $0.startedAt[service] }.map { clock.seconds(since: $0) }
    }

    func imageID(_ reference: String) -> String? {
        guard let name = try? ImageReference(reference) else { return nil }
        return shared.withLock { $0.images[name.description] }
    }

    func knows(images: [String: String]) { shared.withLock { $0.images.merge(images) { _, new in new } } }

    /// Whether no other service was given the port by this run: a container that is made and not started yet does not hold its own.
    func choose(port: Int, for service: String) -> Bool {
        shared.withLock { shared in
            let owner = shared.chosenPorts[port] ?? service
            shared.chosenPorts[port] = owner
            return owner == service
        }
    }

    /// The containers of a service that this run found when it looked.
    func found(_ service: String) -> [ObservedContainer] { shared.withLock { $0.found.values.filter { $0.service == service } } }
    func found(container id: String) -> ObservedContainer? { shared.withLock { $0.found[id] } }

    /// Whether a container had ended by itself, or by somebody else, when this run first looked: true once.
    func takeUnseenEnd(of id: String) -> Bool { shared.withLock { $0.endedUnseen.remove(id) != nil } }

    /// The unnamed volumes a container made by this run was given.
    func handedOn(to id: String) -> [String: String] { shared.withLock { $0.handedOn[id] ?? [:] } }
    func handedOn(to id: String, _ volumes: [String: String]) { shared.withLock { $0.handedOn[id] = volumes } }

    func imagePrepared(_ service: String) { shared.withLock { _ = $0.prepared.insert(service) } }
    var preparedImages: Set<String> { shared.withLock { $0.prepared } }

    /// Shown while this run has let go of the group's lock.
    var mark: (any MarkedRun)? {
        get { shared.withLock { $0.mark } }
        set { shared.withLock { $0.mark = newValue } }
    }

    func failed(_ service: String, _ failure: Failure) { shared.withLock { $0.failures[service] = failure } }
    func failure(_ service: String) -> Failure? { shared.withLock { $0.failures[service] } }
    var failedServices: Set<String> { shared.withLock { Set($0.failures.keys) } }

    /// Records a transition; the machine decides where it leads.
    func move(
        _ service: String, _ event: ServiceEvent, cause: String? = nil, container: String? = nil, failure: Failure? = nil,
        because: [String]? = nil, onlyFrom: Set<ServicePhase>? = nil
    ) throws {
        try journal.note([
            entry(service, event, cause: cause, container: container, failure: failure, because: because, onlyFrom: onlyFrom)
        ])
    }

    func entry(
        _ service: String, _ event: ServiceEvent, cause: String? = nil, container: String? = nil, failure: Failure? = nil,
        because: [String]? = nil, spec: SpecSummary? = nil, onlyFrom: Set<ServicePhase>? = nil
    ) -> JournalEntry {
        var move = Move(
            event: event, cause: cause, container: container, failure: failure, because: because, spec: spec, onlyFrom: onlyFrom)
        // A service has steps that go side by side; the others may still succeed when one has failed.
        if event.isProgress { move.isOutrun = { [self] in self.failure(service) != nil } }
        return JournalEntry(service, move: move)
    }

    func planRequest(observed: ObservedGroup) -> PlanRequest {
        let key = fingerprintKey
        let network = group.network
        var request = PlanRequest(
            desired: group, observed: observed, history: journal.state, runTag: "run\(journal.run)", preparedImages: preparedImages,
            fingerprint: { fingerprint(of: $0, network: network, key: key) }, directoryExists: { fileExists($0) },
            isPortFree: { freePort(preferring: $0) == $0 })
        request.hide = journal.redaction
        request.ownPings = setting.definition?.ownPings
        return request
    }

    func observeNow(only services: Set<String>? = nil) async throws -> ObservedGroup {
        let key = fingerprintKey
        let subject = services.map { group.keeping($0) } ?? group
        var observed = try await observe(
            subject, only: services, engine: engine, context: journal.state.context, isNetworkGiven: terms.isNetworkGiven,
            fingerprint: { fingerprint(of: $0, network: subject.network, key: key) })
        journal.conceal(observed.formerSecretTexts(journal.state))
        try await ascertain(&observed)
        knows(images: observed.images)
        let unseen = observed.endedUnseen(journal.state, expected: group)
        shared.withLock { shared in
            for container in observed.containers where shared.found.updateValue(container, forKey: container.id) == nil {
                if unseen.contains(container.id) { shared.endedUnseen.insert(container.id) }
            }
        }
        return observed
    }

    /// A container whose process has ended is listed as running until the engine has cleared away behind it, and what an earlier
    /// run left may be just there. An inspect is answered after that, so it tells; where the ledger agrees, none is needed.
    private func ascertain(_ observed: inout ObservedGroup) async throws(DockerError) {
        let state = journal.state
        for index in observed.containers.indices where observed.containers[index].status == .running {
            let container = observed.containers[index]
            guard state[container.service].phase != .running else { continue }
            do throws(DockerError) {
                let now = try await engine.state(container: container.id)
                observed.containers[index].status = ObservedContainer.Status(rawValue: now.status) ?? .dead
                if now.status == "exited" { observed.containers[index].exitCode = now.exitCode }
            } catch {
                guard error.isNotFound else { throw error }
                observed.containers[index].status = .removing
            }
        }
    }
}
