import Reconciler

/// The facts of a run made by hand: times in milliseconds since its start, seq counted on.
struct RunScript {
    var facts: [RecordedFact] = []
    let run: Int
    private let base: Int64
    private var phases: [String: ServicePhase] = [:]

    init(run: Int = 7, after earlier: RunScript? = nil) {
        self.run = run
        base = Int64(run) * 1_000_000_000_000
        facts = earlier?.facts ?? []
    }

    var own: [RecordedFact] { facts.filter { $0.run == run } }

    mutating func add(_ milliseconds: Double, _ service: String?, _ body: some EventBody) {
        facts.append(
            RecordedFact(
                seq: facts.count + 1, run: run, at: "2025-11-24T13:02:07.123456789Z", monoNs: base + Int64(milliseconds * 1_000_000),
                service: service, operation: nil, event: body.event))
    }

    /// - Parameter reads: by service and field, the context keys that are named.
    mutating func start(
        _ services: [(String, [String])], group: String = "demo", arguments: [String] = [], reads: [String: [String: [String]]] = [:]
    ) {
        add(
            0, nil,
            RunStarted(
                command: "start", arguments: arguments, group: group, network: "miniboss-demo", definition: "9f31c2aabbcc",
                definitionPath: "/home/x/Miniboss.swift", engine: "20.10.24", engineID: "E", pid: 41,
                services: services.map {
                    RunStarted.Member(
                        name: $0.0, dependencies: $0.1, typeName: "S", image: "\($0.0):1", origin: "Miniboss.swift:24", reads: reads[$0.0])
                }))
    }

    /// Moves a service on; the phases come from the state machine itself.
    mutating func move(
        _ milliseconds: Double, _ service: String, _ event: ServiceEvent, cause: String? = nil, container: String? = nil,
        failure: Failure? = nil, because: [String]? = nil
    ) throws {
        let from = phases[service] ?? .absent
        let to = try from.after(event)
        phases[service] = to
        add(
            milliseconds, service,
            StateChanged(from: from, to: to, event: event, cause: cause, containerID: container, failure: failure, because: because))
    }

    mutating func finish(_ milliseconds: Double, _ outcome: RunOutcome, error: String? = nil, settledBy: Int? = nil) {
        add(milliseconds, nil, RunFinished(outcome: outcome, error: error, settledBy: settledBy))
    }

    /// `db` runs and writes to the context, `api` waits for it and fails, `web` is blocked.
    static func failed(
        error: String = "connection refused", lines: [String] = ["hello", "KeyError: X"], after earlier: RunScript? = nil
    ) throws -> RunScript {
        var run = RunScript(after: earlier)
        run.start([("db", []), ("api", ["db"]), ("web", ["api"])])
        try run.move(10, "db", .planned)
        try run.move(10, "api", .planned)
        try run.move(10, "web", .planned)
        try run.move(20, "db", .createBegan)
        try run.move(60, "db", .containerCreated)
        try run.move(70, "db", .startBegan)
        try run.move(300, "db", .containerStarted)
        run.add(310, "db", PingChanged(attempt: 1, succeeded: false, error: "not yet"))
        run.add(1_290, "db", PingChanged(attempt: 9, succeeded: true, error: nil))
        try run.move(1_300, "db", .postStartBegan)
        run.add(1_350, "db", ContextWritten(key: "token", value: .string("hunter2"), secret: true, hook: .postStart))
        run.add(1_360, "db", ContextWritten(key: "user_id", value: .int(42), secret: false, hook: .postStart))
        try run.move(1_400, "db", .postStartFinished)
        try run.move(30, "api", .pullBegan)
        try run.move(430, "api", .imageReady)
        try run.move(1_410, "api", .createBegan)
        try run.move(1_450, "api", .containerCreated, container: "c0ffee")
        try run.move(1_460, "api", .startBegan)
        try run.move(1_700, "api", .containerStarted)
        run.add(1_710, "api", PingChanged(attempt: 1, succeeded: false, error: error))
        run.add(
            2_600, "api", ContainerExited(containerID: "c0ffee", exitCode: 3, oomKilled: false, error: nil, health: [], running: false))
        run.add(2_601, "api", LogsCaptured(containerID: "c0ffee", lines: lines))
        let failure = Failure(
            .exitedNonzero, phase: .ping, summary: "exited with 3 after 0.9 s, while it was being pinged", exitCode: 3,
            lastPingError: error, seconds: 1.2)
        try run.move(2_602, "api", .failed, failure: failure)
        try run.move(2_610, "web", .blocked, because: ["api"])
        run.finish(2_620, .failed)
        return run
    }

    /// The same group in a run that worked, in which `db` was pinged for so many milliseconds.
    static func worked(_ number: Int, pinging milliseconds: Double = 200, after earlier: RunScript? = nil) throws -> RunScript {
        var run = RunScript(run: number, after: earlier)
        run.start([("db", []), ("api", ["db"]), ("web", ["api"])])
        var moment = 0.0
        for (name, ping) in [("db", milliseconds), ("api", 900), ("web", 10)] {
            try run.move(moment + 10, name, .planned)
            run.make(
                moment + 20, name, env: ["MODE": "lenient"], ports: [PortMapping(container: 80, host: 8_000)],
                imageID: "sha256:\(String(repeating: "a", count: 64))")
            try run.move(moment + 20, name, .createBegan)
            try run.move(moment + 60, name, .containerCreated)
            try run.move(moment + 70, name, .startBegan)
            try run.move(moment + 300, name, .containerStarted)
            try run.move(moment + 300 + ping, name, .postStartBegan)
            try run.move(moment + 400 + ping, name, .postStartFinished)
            moment += 400 + ping
        }
        run.finish(moment + 20, .succeeded)
        return run
    }

    /// The intent to make a container.
    mutating func make(
        _ milliseconds: Double, _ service: String, env: [String: EnvironmentValue] = [:], ports: [PortMapping] = [], imageID: String? = nil
    ) {
        let spec = SpecSummary(
            ServiceSpec(name: service, image: "\(service):1", env: env, ports: ports), imageID: imageID, network: "miniboss-demo")
        add(milliseconds, service, StepIntended(step: .createContainer, cause: "no container exists", target: service, spec: spec))
    }

    /// A run of many services in layers of ten, and of as many events as asked for, which succeeds.
    static func large(services count: Int, events: Int) throws -> RunScript {
        var run = RunScript()
        let names = (0..<count).map { "service-\($0)" }
        run.facts.reserveCapacity(events)
        run.start(
            names.enumerated().map { index, name -> (String, [String]) in
                (name, index < 10 ? [] : [names[index - 10], names[index / 2]])
            })
        for name in names { try run.move(1, name, .planned) }
        for (index, name) in names.enumerated() {
            let begin = Double(index / 10 * 100)
            try run.move(begin + 2, name, .createBegan)
            try run.move(begin + 20, name, .containerCreated)
            try run.move(begin + 21, name, .startBegan)
            try run.move(begin + 60, name, .containerStarted)
            try run.move(begin + 98, name, .pingSucceeded)
        }
        let end = Double(count / 10 * 100 + 100)
        while run.facts.count < events - 1 {
            let number = run.facts.count
            run.add(
                end * Double(number) / Double(events), names[number % count],
                PingChanged(attempt: number, succeeded: false, error: "attempt \(number) refused"))
        }
        run.facts.sort { $0.monoNs < $1.monoNs }
        run.facts = run.facts.enumerated().map { index, fact in
            RecordedFact(
                seq: index + 1, run: fact.run, at: fact.at, monoNs: fact.monoNs, service: fact.service, operation: nil, event: fact.event)
        }
        run.finish(end, .succeeded)
        return run
    }
}
