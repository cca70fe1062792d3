import Glibc
import Ledger
import Reconciler
import TestSupport

@testable import Orchestrator

/// A group's directory below one of its own, which goes with the value.
final class Memory: Sendable {
    private let place = TemporaryDirectory("records")
    var root: String { place.path }
    var directory: String { root + "/.miniboss/demo" }
    var path: String { directory + "/ledger.sqlite" }

    func setting(_ command: String = "doctor", clock: RunClock = .system) -> RunSetting {
        RunSetting(
            command: command, arguments: [], definition: nil, groupName: "demo", directory: directory, environment: [:],
            observer: Silence(), clock: clock)
    }

    func writer() throws -> LedgerWriter {
        try LedgerWriter.open(directory: directory, holder: LockHolder(pid: Int(getpid()), command: "start", startedAt: "t"))
    }

    func reader() throws -> LedgerReader { try LedgerReader(directory: directory) }

    /// Appends facts as a run does.
    @discardableResult
    func record(_ facts: [RecordedFact], with writer: LedgerWriter? = nil) throws -> Int {
        let own = try writer == nil ? self.writer() : nil
        defer { own?.close() }
        let drafts = try facts.map { fact in
            let body = fact.event.body
            return EventDraft(
                run: fact.run, service: fact.service, type: type(of: body).type, version: type(of: body).version,
                body: try EventCoding.body(of: fact.event), operation: fact.operation, at: fact.at, monoNs: fact.monoNs)
        }
        return try (writer ?? own)?.appendBlocking(drafts).last?.seq ?? 0
    }

    struct Silence: RunObserver {
        func recorded(_ fact: RecordedFact) {}
        func remark(service: String?, _ text: String) {}
    }
}

/// Facts of a made-up but possible life of a group.
struct Story {
    private(set) var facts: [RecordedFact] = []
    private var phases: [String: ServicePhase] = [:]
    private var run = 0

    mutating func add(_ service: String?, _ body: some EventBody, operation: String? = nil) {
        facts.append(
            RecordedFact(
                seq: facts.count + 1, run: run, at: "2026-01-01T00:00:00.000000000Z", monoNs: Int64(facts.count), service: service,
                operation: operation, event: body.event))
    }

    mutating func move(_ service: String, _ events: ServiceEvent..., container: String? = nil, failure: Failure? = nil) {
        for event in events {
            let from = phases[service] ?? .absent
            guard let to = try? from.after(event) else { preconditionFailure("\(service) is \(from) and can't have \(event)") }
            phases[service] = to
            add(service, StateChanged(from: from, to: to, event: event, cause: "a cause", containerID: container, failure: failure))
        }
    }

    /// A start of services, each with new containers, a context key and an end.
    mutating func start(_ services: [String], secret: Bool = false, outcome: RunOutcome? = .succeeded) {
        run += 1
        add(
            nil,
            RunStarted(
                command: "start", arguments: ["--timeout", "5"], group: "demo", network: "miniboss-demo", definition: "9f31c2aabb",
                definitionPath: "/home/x/Miniboss.swift", engine: "20.10.24", engineID: "E", pid: 41,
                services: services.map {
                    RunStarted.Member(
                        name: $0, dependencies: [], typeName: "T", image: "\($0):1", origin: "Miniboss.swift:24",
                        reads: $0 == services.first ? nil : ["env.A": ["key", "other"], "image": ["key"]])
                }))
        if run % 2 == 0 { add(nil, EngineReached(engine: "24", engineID: "F\(run)")) }
        for service in services {
            let id = "\(service)-\(run)"
            let spec = SpecSummary(
                ServiceSpec(
                    name: service, image: "\(service):1",
                    env: ["A": EnvironmentValue("\(run)"), "P": EnvironmentValue("x", isSecret: true)]), imageID: "sha256:1",
                network: "miniboss-demo", secretMarks: ["P": "1234abcd"])
            move(service, .planned, .createBegan)
            add(service, StepIntended(step: .createContainer, cause: "none", target: service, spec: spec), operation: "c\(id)")
            add(service, StepSucceeded(step: .createContainer, target: service, result: id, seconds: 0.25), operation: "c\(id)")
            move(service, .containerCreated, container: id)
            move(service, .startBegan)
            add(service, StepIntended(step: .startContainer, cause: "none", target: id), operation: "s\(id)")
            add(service, StepSucceeded(step: .startContainer, target: id, result: nil, seconds: 1.5), operation: "s\(id)")
            move(service, .containerStarted, .postStartBegan)
            add(service, ContextWritten(key: "\(service)_id", value: .int(run), secret: secret, hook: .postStart))
            move(service, .postStartFinished)
        }
        if let outcome { add(nil, RunFinished(outcome: outcome)) }
    }

    /// A life in which services fail, runs are killed, and the context holds values of every kind.
    static func random(seed: UInt64, runs: Int = 6) -> Story {
        var generator = SeededGenerator(seed: seed)
        var story = Story()
        let names = ["db", "app", "ünïcode", "q\"uoted\\"]
        for _ in 0..<runs {
            let members = names.filter { _ in Bool.random(using: &generator) }
            let running = story.phases.filter { $0.value == .running }.keys.sorted()
            if Bool.random(using: &generator), !running.isEmpty {
                story.stop(running)
                continue
            }
            let isKilled = Int.random(in: 0..<4, using: &generator) == 0
            story.start(members.filter { story.phases[$0]?.isSettled != false }, outcome: isKilled ? nil : .failed)
            for name in members where story.phases[name] == .running {
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: story.move(name, .failed, failure: Failure(.exitedNonzero, phase: .ping, summary: "exited", exitCode: 3))
                case 1:
                    story.add(
                        name,
                        ContextWritten(
                            key: "k\(name)\n", value: .array([.double(1.5), .object(["a": .null]), .bool(true), .int(-7)]), secret: false,
                            hook: nil))
                case 2:
                    story.add(name, StepIntended(step: .stopContainer, cause: "ünclear \u{1F600}", target: name), operation: "open\(name)")
                case 3: story.add(name, StepSucceeded(step: .removeContainer, target: name, result: "\(name)-1", seconds: 0.125))
                default: story.add(nil, ContextWritten(key: "plain", value: .string("t"), secret: true, hook: .postStart))
                }
            }
        }
        return story
    }

    /// A start that finds a container of an earlier run, starts it again, and sees it fail.
    mutating func restart(_ service: String, container: String) {
        run += 1
        add(
            nil,
            RunStarted(
                command: "start", arguments: [], group: "demo", network: "miniboss-demo", definition: nil, definitionPath: nil,
                engine: "20", engineID: nil, pid: 4,
                services: [RunStarted.Member(name: service, dependencies: [], typeName: "T", image: "\(service):1")]))
        move(service, .planned)
        move(service, .startBegan, .containerStarted, container: container)
        fail(service, container: container)
        add(nil, RunFinished(outcome: .failed))
    }

    mutating func fail(_ service: String, container: String) {
        move(
            service, .failed, container: container, failure: Failure(.exitedNonzero, phase: .ping, summary: "exited", exitCode: 3))
    }

    mutating func stop(_ services: [String]) {
        run += 1
        add(
            nil,
            RunStarted(
                command: "stop", arguments: [], group: "demo", network: "miniboss-demo", definition: nil, definitionPath: nil, engine: "20",
                engineID: nil, pid: 4, services: []))
        for service in services {
            add(service, StepIntended(step: .stopContainer, cause: "stop", target: service), operation: "x\(service)\(run)")
            move(service, .stopBegan)
            add(
                service, StepFailed(step: .stopContainer, target: service, error: "no", status: 500, seconds: 0.1, resolved: nil),
                operation: "x\(service)\(run)")
            move(service, .containerStopped)
            if run % 2 == 0 { move(service, .removeBegan, .containerRemoved) }
        }
        if run % 3 == 0 { add(nil, ContextCleared(cause: "stop --remove")) }
        if run % 4 == 0 { add("db", VolumesKept(volumes: ["/data": "v\(run)"])) }
        add(nil, RunFinished(outcome: .succeeded, error: nil, settledBy: nil, signal: "SIGINT"))
    }
}
