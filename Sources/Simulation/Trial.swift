import DockerClient
package import Orchestrator
import Reconciler

/// One group on one engine with one ledger, and the commands that are run on it, process after process.
// Unchecked: the process has one thread (see `Scheduler`).
package final class Trial: @unchecked Sendable {
    package enum Command: Sendable, Equatable {
        case start(exclude: [String] = [], only: [String] = [], keepFailed: Bool = false, timeout: Double = 20)
        case stop(remove: Bool)
        case reload(String, remove: Bool = false, withDependents: Bool = true)
        case exec(String)
        case oneOff(String)

        /// Whether it lets go of the group while it runs.
        package var isInContainer: Bool {
            switch self {
            case .exec, .oneOff: true
            case .start, .stop, .reload: false
            }
        }

        fileprivate var word: String {
            switch self {
            case .start: "start"
            case .stop: "stop"
            case .reload: "reload"
            case .exec: "exec"
            case .oneOff: "run"
            }
        }
    }

    /// What became of a command.
    package enum Outcome: Sendable {
        case ended(RunEnd)
        /// A command in a container, and the code it ended with.
        case returned(Int32)
        case refused(OperationError)
        /// At which fault point.
        case killed(String)

        package var end: RunEnd? { if case .ended(let end) = self { end } else { nil } }

        package var words: String {
            switch self {
            case .ended(let end):
                return ([end.outcome.rawValue] + end.failures.map { "\($0.service) \($0.failure.failureClass.rawValue)" }).joined(
                    separator: ", ")
            case .returned(let code): return "exit \(code)"
            case .refused(let error): return "refused: \(error.message)"
            case .killed(let place): return "killed at \(place)"
            }
        }
    }

    package let scheduler: Scheduler
    package let faults: FaultPlan
    package let ledger: SimulatedLedger
    package let engine: SimulatedEngine
    package let group: TrialGroup
    /// Containers of which the ledger that knew them was lost.
    private(set) var forgotten: Set<String> = []
    /// What befell the engine in the last command.
    package private(set) var suffered: [String] = []
    /// What became of the last command's companion; `nil` when it had none or was killed.
    package private(set) var companionOutcome: Outcome?
    /// What the last command stopped too early.
    private(set) var stoppedTooEarly: [String] = []

    package init(seed: UInt64, group: (Scheduler) -> TrialGroup) {
        scheduler = Scheduler(seed: seed)
        faults = FaultPlan(scheduler: scheduler)
        ledger = SimulatedLedger(faults: faults, scheduler: scheduler)
        engine = SimulatedEngine(scheduler: scheduler, faults: faults)
        self.group = group(scheduler)
        for member in self.group.members where !member.isBuilt {
            engine.world.images[self.group.image(of: member)] = "sha256:\(member.name)"
        }
        engine.world.keepsData = Set(self.group.members.filter(\.keepsData).map(self.group.image))
        // Somebody else's, with a name much like ours.
        engine.world.images["foreign:1"] = "sha256:foreign"
        var foreign = ContainerConfig(image: "foreign:1")
        foreign.labels = ["io.miniboss.group": "sim-two", "io.miniboss.service": "s0"]
        if let id = try? engine.world.create(name: "miniboss-sim-two_s0", foreign, now: 0) {
            try? engine.world.start(id, now: 0, timestamp: "2000-01-01T00:00:00Z")
        }
    }

    /// As another one is between two commands, to go on from there in a way of its own.
    init(copying other: Trial) {
        scheduler = Scheduler(copying: other.scheduler)
        faults = FaultPlan(scheduler: scheduler)
        ledger = SimulatedLedger(copying: other.ledger, faults: faults, scheduler: scheduler)
        engine = SimulatedEngine(copying: other.engine, scheduler: scheduler, faults: faults)
        group = TrialGroup(copying: other.group, scheduler: scheduler)
        forgotten = other.forgotten
    }

    /// Runs a command as a process of its own.
    /// - Parameters:
    ///   - lethal: number of the fault point at which the process dies.
    ///   - interrupt: seconds after which the user interrupts.
    ///   - mishaps: what happens to the engine meanwhile, and after how many seconds.
    ///   - companion: a second process, which begins when the command runs in its container. It dies when the first one does.
    package func run(
        _ command: Command, lethal: Int? = nil, interrupt: Double? = nil, mishaps: [(after: Double, SimulatedEngine.Mishap)] = [],
        companion: Command? = nil
    ) -> Outcome {
        suffered = []
        stoppedTooEarly = []
        faults.begin(lethal: lethal)
        engine.beginProcess()
        ledger.beginProcess()
        engine.willStop = { [self] in
            for case .stop in [command, companion] where !$0.isOneOff { noteStop(of: $0.service) }
        }
        companionOutcome = nil
        let beside = Beside()
        engine.commandBegan = { [self] in
            guard let companion, beside.task == nil else { return }
            beside.task = Task { [self] in await perform(companion, self.setting(companion)) }
        }
        let setting = setting(command)
        if let interrupt {
            scheduler.at(scheduler.now + Int64(interrupt * 1e9)) { setting.interruption.interrupt(signal: "SIGINT") }
        }
        for (seconds, mishap) in mishaps {
            scheduler.at(scheduler.now + Int64(seconds * 1e9)) { [self] in
                let words = engine.suffer(mishap)
                if !words.isEmpty { suffered.append(words) }
            }
        }
        let outcome: Outcome? = scheduler.run {
            let outcome = await self.perform(command, setting)
            self.companionOutcome = await beside.task?.value
            return outcome
        }
        return outcome ?? .killed(faults.place)
    }

    private func perform(_ command: Command, _ setting: RunSetting) async -> Outcome {
        do throws(OperationError) {
            switch command {
            case .start(let exclude, let only, let keepFailed, let timeout):
                let options = StartOptions(exclude: exclude, only: only, timeout: timeout, keepFailed: keepFailed)
                return .ended(try await startGroup(setting, options))
            case .stop(let remove): return .ended(try await stopGroup(setting, StopOptions(remove: remove, timeout: 5)))
            case .reload(let service, let remove, let withDependents):
                let options = ReloadOptions(service: service, timeout: 5, remove: remove, withDependents: withDependents)
                return .ended(try await reloadService(setting, options))
            case .exec(let service):
                return .returned(try await execInService(setting, service: service, command: ["work"], streams: .none).code)
            case .oneOff(let service):
                return .returned(try await runOneOff(setting, service: service, command: ["work"], streams: .none).code)
            }
        } catch { return .refused(error) }
    }

    // Unchecked: the process has one thread.
    private final class Beside: @unchecked Sendable {
        var task: Task<Outcome, Never>?
    }

    /// A stop stops a service only when none of its dependents runs any more.
    private func noteStop(of service: String) {
        let dependents = group.members.filter { $0.dependencies.contains(service) }.map(\.name)
        for container in containers where container.state.running && !container.isOneOff && dependents.contains(container.service) {
            stoppedTooEarly.append("\(service) was stopped while \(container.service) ran")
        }
    }

    private func setting(_ command: Command) -> RunSetting {
        var setting = RunSetting(
            command: command.word, arguments: [], definition: group.definition, groupName: TrialGroup.name, directory: "/nonexistent",
            environment: [:], observer: SilentObserver(), clock: scheduler.clock)
        let engine = engine
        let ledger = ledger
        setting.host = RunHost(
            pid: 1,
            connect: { (_) throws(OperationError) in
                do throws(DockerError) {
                    return EngineConnection(engine: engine, identity: try await engine.identity(), host: "the simulation")
                } catch {
                    throw OperationError(.engine, error.description)
                }
            },
            openLedger: { (_) throws(OperationError) in try ledger.hold() },
            marks: { _ in ledger.marks },
            fingerprintKey: { (_) throws(OperationError) in [1, 2, 3] },
            hookExecutor: { nil })
        return setting
    }

    /// The ledger is gone; what the engine has is all that is known from here on.
    package func loseLedger() {
        ledger.lose()
        forgotten.formUnion(containers.map(\.id))
        engine.world.forgetVolumes()
    }

    /// The group's containers as the engine has them.
    package var containers: [SimulatedWorld.Container] { engine.world.containers.filter { $0.group == TrialGroup.name } }

    /// What the group came to, in a form in which two ways to the same end are equal: ids and times left out.
    package var picture: [String] {
        containers.map { container in
            "\(container.service) \(container.name) \(container.state.status) \(container.config.env.sorted()) \(container.imageID)"
        }.sorted() + engine.world.networks.map { "network \($0.name)" }
    }
}

extension CommandStreams {
    fileprivate static var none: CommandStreams { CommandStreams(input: .none) { _, _ in nil } }
}

struct SilentObserver: RunObserver {
    func recorded(_ fact: RecordedFact) {}
    func remark(service: String?, _ text: String) {}
}

extension RunEnd {
    /// The services that failed in this run, in the order in which they did.
    var failures: [(service: String, failure: Failure)] {
        facts.compactMap { fact in
            guard let service = fact.service, case .stateChanged(let change) = fact.event else { return nil }
            return change.failure.map { (service, $0) }
        }
    }
}
