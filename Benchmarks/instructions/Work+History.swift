import Ledger
import Orchestrator
import Reconciler

extension Work {
    /// From the ledger's rows to the state of the group.
    static let history: [Work] = [
        Work(name: "transitions") {
            {
                for _ in 0..<100 {
                    for phase in ServicePhase.allCases {
                        for event in ServiceEvent.allCases { use(try? phase.after(event)) }
                    }
                }
            }
        },
        Work(name: "fold-10000") {
            let facts = RecordedFact.life(runs: 1_000)
            return { use(try GroupState(folding: facts)) }
        },
        Work(name: "decode-1000") {
            let rows = try RecordedFact.life(runs: 100).map(row)
            return { for row in rows { use(try EventCoding.fact(of: row)) } }
        },
        Work(name: "encode-1000") {
            let facts = RecordedFact.life(runs: 100)
            return { for fact in facts { use(try EventCoding.body(of: fact.event)) } }
        },
    ]

    private static func row(_ fact: RecordedFact) throws -> RecordedEvent {
        let body = fact.event.body
        return RecordedEvent(
            seq: fact.seq, run: fact.run, at: fact.at, monoNs: fact.monoNs, service: fact.service, type: type(of: body).type,
            version: type(of: body).version, body: try EventCoding.body(of: fact.event), operation: fact.operation, previousHash: nil,
            hash: [])
    }
}

extension RecordedFact {
    /// Ten events a run: a service is started and pinged, then stopped again, over and over.
    static func life(runs: Int) -> [RecordedFact] {
        let service = "service-1"
        func moved(_ from: ServicePhase, _ event: ServiceEvent, _ to: ServicePhase) -> Event {
            .stateChanged(
                StateChanged(from: from, to: to, event: event, cause: "stopped (exited 0)", containerID: "4be1c09d7f2a4be1c09d7f2a"))
        }
        var facts: [RecordedFact] = []
        for run in 1...runs {
            let begin = RunStarted(
                command: "start", arguments: [], group: "bench", network: "miniboss-bench", definition: "9f31c2",
                definitionPath: "/x/Miniboss.swift",
                engine: "20.10.24", engineID: "ABCD", pid: 4120,
                services: [
                    RunStarted.Member(
                        name: service, dependencies: [], typeName: "Service1", image: "postgres:15", origin: "Miniboss.swift:24")
                ])
            let intent = StepIntended(step: .startContainer, cause: "stopped (exited 0)", target: "miniboss-bench_service-1")
            let outcome = StepSucceeded(step: .startContainer, target: "miniboss-bench_service-1", result: "4be1c09d7f2a", seconds: 0.2143)
            let events: [(String?, Event)] = [
                (nil, .runStarted(begin)), (service, moved(run == 1 ? .absent : .stopped, .planned, .waiting)),
                (service, moved(.waiting, .startBegan, .starting)), (service, .stepIntended(intent)), (service, .stepSucceeded(outcome)),
                (service, moved(.starting, .containerStarted, .pinging)), (service, moved(.pinging, .pingSucceeded, .running)),
                (service, moved(.running, .stopBegan, .stopping)), (service, moved(.stopping, .containerStopped, .stopped)),
                (nil, .runFinished(RunFinished(outcome: .succeeded))),
            ]
            for (service, event) in events {
                let isStep = if case .stepIntended = event { true } else if case .stepSucceeded = event { true } else { false }
                facts.append(
                    RecordedFact(
                        seq: facts.count + 1, run: run, at: "2024-01-31T12:00:00.123456789Z", monoNs: Int64(facts.count) * 1_000_000,
                        service: service, operation: isStep ? "7f2a4be1c09d\(run)" : nil, event: event))
            }
        }
        return facts
    }
}
