import Ledger
import Orchestrator
import Reconciler

/// A group that is started and stopped for ever; each tenth start has a service that fails. The events are the program's own.
///
/// Of three services, so that a ledger of a thousand events already holds the twenty runs that `history` shows: what is
/// compared then differs in age alone.
struct Life {
    private var run = 0
    private var number = 0
    private var phases: [String: ServicePhase] = [:]
    private var drafts: [EventDraft] = []
    private let services = (0..<3).map { "service-\($0)" }

    /// The events of the next run, cut off at a number.
    mutating func nextRun(upTo limit: Int) throws -> [EventDraft] {
        run += 1
        drafts = []
        if run % 2 == 1 { try start() } else { try stop() }
        return Array(drafts.prefix(limit))
    }

    private mutating func start() throws {
        try begin("start")
        for service in services {
            let id = identifier(64)
            try move(service, .planned, "no container exists")
            try move(service, .createBegan, "no container exists")
            let spec = SpecSummary(
                ServiceSpec(
                    name: service, image: "registry.example/\(service):1.2",
                    env: ["MODE": "production", "URL": "http://db:5432", "RUN": EnvironmentValue("\(run)")]),
                imageID: "sha256:\(identifier(64))", network: "miniboss-bench")
            try step(.createContainer, service, target: "\(service)-bench-\(run)", result: id, spec: spec)
            try move(service, .containerCreated, "no container exists", container: id)
            try add(service, HookStarted(hook: .preStart))
            try add(service, HookFinished(hook: .preStart, outcome: .succeeded, seconds: 0.002))
            try move(service, .startBegan, "its dependencies are running")
            try step(.startContainer, service, target: id, result: nil)
            try move(service, .containerStarted, nil, container: id)
            try add(service, PingChanged(attempt: 1, succeeded: false, error: "connection refused"))
            if run % 20 == 1, service == "service-1" {
                try add(service, LogsCaptured(containerID: id, lines: (0..<20).map { "line \($0) of what it said before it failed" }))
                try move(service, .failed, nil, failure: Failure(.exitedNonzero, phase: .ping, summary: "exited with 3", exitCode: 3))
                continue
            }
            try add(service, PingChanged(attempt: 4, succeeded: true, error: nil))
            try move(service, .postStartBegan, nil)
            try add(service, HookStarted(hook: .postStart))
            try add(service, ContextWritten(key: "\(service)_id", value: .string("\(run)"), secret: false, hook: .postStart))
            try add(service, HookFinished(hook: .postStart, outcome: .succeeded, seconds: 0.075))
            try move(service, .postStartFinished, nil)
        }
        try add(nil, RunFinished(outcome: run % 20 == 1 ? .failed : .succeeded))
    }

    private mutating func stop() throws {
        try begin("stop")
        for service in services.reversed() where phases[service] == .running {
            try move(service, .stopBegan, "stop")
            try step(.stopContainer, service, target: "\(service)-bench-\(run - 1)", result: nil)
            try move(service, .containerStopped, nil)
            try move(service, .removeBegan, "stop --remove")
            try step(.removeContainer, service, target: "\(service)-bench-\(run - 1)", result: nil)
            try move(service, .containerRemoved, nil)
        }
        try add(nil, RunFinished(outcome: .succeeded))
    }

    private mutating func begin(_ command: String) throws {
        try add(
            nil,
            RunStarted(
                command: command, arguments: ["--timeout", "60"], group: "bench", network: "miniboss-bench", definition: identifier(64),
                definitionPath: "/srv/bench/Miniboss.swift", engine: "20.10.24", engineID: "ENGINE", pid: 4711,
                services: services.enumerated().map { index, name in
                    RunStarted.Member(
                        name: name, dependencies: index == 0 ? [] : [services[index - 1]], typeName: "Service\(index)",
                        image: "registry.example/\(name):1.2", origin: "Miniboss.swift:\(index * 10)")
                }))
    }

    private mutating func move(
        _ service: String, _ event: ServiceEvent, _ cause: String?, container: String? = nil, failure: Failure? = nil
    ) throws {
        let from = phases[service] ?? .absent
        let to = try from.after(event)
        phases[service] = to
        try add(service, StateChanged(from: from, to: to, event: event, cause: cause, containerID: container, failure: failure))
    }

    private mutating func step(_ kind: StepKind, _ service: String, target: String, result: String?, spec: SpecSummary? = nil) throws {
        let operation = identifier(16)
        try add(service, StepIntended(step: kind, cause: "no container exists", target: target, spec: spec), operation)
        try add(service, StepSucceeded(step: kind, target: target, result: result, seconds: 0.123), operation)
    }

    private mutating func add(_ service: String?, _ body: some EventBody, _ operation: String? = nil) throws {
        drafts.append(
            EventDraft(
                run: run, service: service, type: type(of: body).type, version: type(of: body).version,
                body: try EventCoding.body(of: body.event), operation: operation, at: "2026-01-01T00:00:00.000000000Z",
                monoNs: Int64(run * 1_000_000_000 + drafts.count * 1_000_000)))
    }

    private mutating func identifier(_ count: Int) -> String {
        number += 1
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: count - digits.count) + digits
    }
}
