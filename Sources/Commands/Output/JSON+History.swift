import Reconciler

extension JSON {
    /// `diff --json`.
    init(_ comparison: RunComparison) {
        self = .members([
            "from": JSON(side: comparison.from), "to": JSON(side: comparison.to),
            "changes": .array(comparison.changes.map(JSON.init)),
            "services": .array(
                comparison.services.map { service in
                    .members([
                        "service": .string(service.service), "changes": .array(service.changes.map(JSON.init)),
                        "seconds": JSON(service.seconds),
                        "steps": .object(service.steps.map { Member(key: $0.name, value: JSON($0)) }),
                    ])
                }),
        ])
    }

    private init(side run: RunSummary) {
        self = .members([
            "run": .int(run.run), "command": .string(run.command), "started_at": .string(run.startedAt),
            "outcome": .string(run.outcome.rawValue), "seconds": JSON(seconds: run.seconds),
        ])
    }

    private init(_ change: RunComparison.Change) {
        self = .members(["field": .string(change.field), "from": JSON(change.from), "to": JSON(change.to)])
    }

    private init(_ timing: RunComparison.Timing) {
        self = .members(["from": timing.from.map(JSON.init(seconds:)) ?? .null, "to": timing.to.map(JSON.init(seconds:)) ?? .null])
    }

    /// `replay --json`; secrets masked.
    init(_ snapshot: GroupSnapshot) {
        let state = snapshot.state
        self = .members([
            "seq": .int(snapshot.event.seq), "run": .int(snapshot.event.run), "at": .string(snapshot.event.at),
            "event": JSON(snapshot.event), "network": JSON(state.network),
            "services": .array(
                snapshot.services.map { name in
                    let record = state[name]
                    return .members([
                        "service": .string(name), "state": .string(record.phase.rawValue), "container_id": JSON(record.containerID),
                        "image": JSON(record.spec?.image), "owes": JSON(record.owed.map(\.rawValue)),
                        "class": JSON(record.failure?.failureClass.rawValue), "summary": JSON(record.failure?.summary),
                    ])
                }),
            "context": JSON(.object(state.context.shown)),
            "open_steps": .array(
                snapshot.openSteps.map {
                    .members([
                        "step": .string($0.intent.step.rawValue), "service": JSON($0.service), "target": .string($0.intent.target),
                        "run": .int($0.run), "operation": .string($0.operation),
                    ])
                }),
            "open_runs": .array(state.openRuns.sorted().map(JSON.int)),
        ])
    }
}
