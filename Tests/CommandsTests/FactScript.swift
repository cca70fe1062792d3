import Reconciler

/// Facts made by hand: times in milliseconds since the run's start, seq counted on.
struct FactScript {
    var facts: [RecordedFact] = []
    var run: Int
    private var base: Int64

    init(run: Int = 7, after earlier: FactScript? = nil) {
        self.run = run
        base = Int64(run) * 1_000_000_000_000
        facts = earlier?.facts ?? []
    }

    var own: [RecordedFact] { facts.filter { $0.run == run } }

    mutating func add(_ milliseconds: Int, _ service: String?, _ body: some EventBody, operation: String? = nil) {
        facts.append(
            RecordedFact(
                seq: facts.count + 1, run: run, at: time(milliseconds),
                monoNs: base + Int64(milliseconds) * 1_000_000, service: service, operation: operation, event: body.event))
    }

    mutating func start(_ services: [(String, [String])], command: String = "start", arguments: [String] = []) {
        add(
            0, nil,
            RunStarted(
                command: command, arguments: arguments, group: "demo", network: "miniboss-demo", definition: "9f31c2aabb",
                definitionPath: "/home/x/Miniboss.swift", engine: "20.10.24", engineID: "E", pid: 41,
                services: services.map {
                    RunStarted.Member(
                        name: $0.0, dependencies: $0.1, typeName: $0.0.prefix(1).uppercased() + $0.0.dropFirst(), image: "\($0.0):1",
                        origin: "Miniboss.swift:24")
                }))
    }

    /// Moves a service through `events`, a millisecond apart; the phases come from the state machine itself.
    mutating func move(
        _ milliseconds: Int, _ service: String, _ events: ServiceEvent..., cause: String? = nil, failure: Failure? = nil,
        because: [String]? = nil
    ) throws {
        for (index, event) in events.enumerated() {
            let from = phases[service] ?? .absent
            let to = try from.after(event)
            phases[service] = to
            add(
                milliseconds + index, service,
                StateChanged(from: from, to: to, event: event, cause: cause, failure: failure, because: because))
        }
    }

    /// The wall clock moves by `seconds` without anything being done.
    mutating func setClock(by seconds: Int) { clockOffset += seconds }

    private var clockOffset = 0
    private var phases: [String: ServicePhase] = [:]

    /// Whole seconds of the wall clock.
    private func time(_ milliseconds: Int) -> String {
        let seconds = 13 * 3600 + 120 + milliseconds / 1000 + clockOffset
        let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : String($0) }
        return "2025-11-24T\(parts.joined(separator: ":")).000000000Z"
    }

    mutating func create(_ milliseconds: Int, _ service: String, env: [String: EnvironmentValue] = [:], image: String = "app:1") {
        let spec = SpecSummary(ServiceSpec(name: service, image: image, env: env), imageID: nil, network: "miniboss-demo")
        add(
            milliseconds, service,
            StepIntended(step: .createContainer, cause: "no container exists", target: service, spec: spec), operation: "7f2a")
    }

    /// A new container of `service`, from nothing to running.
    mutating func startNew(_ from: Int, _ to: Int, _ service: String, env: [String: EnvironmentValue] = [:]) throws {
        try move(from, service, .planned)
        create(from, service, env: env)
        try move(from, service, .createBegan, .containerCreated, .startBegan, .containerStarted)
        try move(to, service, .pingSucceeded)
    }

    mutating func finish(_ milliseconds: Int, _ outcome: RunOutcome, error: String? = nil, settledBy: Int? = nil, signal: String? = nil) {
        add(milliseconds, nil, RunFinished(outcome: outcome, error: error, settledBy: settledBy, signal: signal))
    }
}
