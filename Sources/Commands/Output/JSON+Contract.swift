import Orchestrator
package import Reconciler

extension JSON {
    /// One row of `history --json`.
    init(_ run: RunSummary) {
        self = .members([
            "run": .int(run.run), "command": .string(run.command), "arguments": JSON(run.arguments), "started_at": .string(run.startedAt),
            "finished_at": JSON(run.finishedAt), "outcome": .string(run.outcome.rawValue), "services": .array(run.services.map(JSON.init)),
            "group": .string(run.group), "seconds": JSON(seconds: run.seconds), "error": JSON(run.error), "signal": JSON(run.signal),
            "settled_by": JSON(run.settledBy),
        ])
    }

    init(_ result: ServiceResult) {
        var members: [Member] = [
            Member(key: "service", value: .string(result.service)), Member(key: "outcome", value: .string(result.outcome.rawValue)),
            Member(key: "seconds", value: JSON(seconds: result.seconds)),
        ]
        if let failure = result.failure {
            members.append(Member(key: "class", value: .string(failure.failureClass.rawValue)))
            members.append(Member(key: "summary", value: .string(failure.summary)))
        }
        if !result.because.isEmpty { members.append(Member(key: "because", value: JSON(result.because))) }
        if let phase = result.cutOffIn { members.append(Member(key: "cut_off_in", value: .string(phase.rawValue))) }
        self = .object(members)
    }

    /// One row of `history RUN --json` and one line of `--progress json`; secrets masked.
    ///
    /// - Parameter isCritical: whether it is on the run's critical path; `nil` while that can't be known.
    package init(_ fact: RecordedFact, isCritical: Bool? = nil) {
        let body = fact.masked.event.body
        let members: KeyValuePairs<String, JSON> = [
            "seq": .int(fact.seq), "run": .int(fact.run), "at": .string(fact.at), "service": JSON(fact.service),
            "type": .string(type(of: body).type), "body": (try? JSON(body: body)) ?? .null, "version": .int(type(of: body).version),
            "mono_ns": .int(Int(fact.monoNs)), "operation": JSON(fact.operation),
        ]
        let path = isCritical.map { [Member(key: "critical", value: .bool($0))] } ?? []
        self = .object(members.map { Member(key: $0.key, value: $0.value) } + path)
    }

    /// One row of `status --json`.
    init(_ status: ServiceStatus) {
        self = .members([
            "service": .string(status.service), "state": .string(status.state), "desired": .string(status.desired),
            "container_id": JSON(status.containerID), "container_name": JSON(status.containerName), "image": .string(status.image),
            "ports": .array(status.ports.map { .members(["container": .int($0.container), "host": .int($0.host)]) }),
            "differences": .array(
                status.differences.map {
                    .members(["field": .string($0.field), "desired": JSON($0.desired), "actual": JSON($0.actual)])
                }),
            "reason": .string(status.reason),
        ])
    }

    /// One row of `plan --json`.
    init(_ step: PlanStep) {
        self = .members([
            "id": .int(step.id), "step": .string(step.kind.rawValue), "service": JSON(step.service), "cause": .string(step.cause),
            "after": .array(step.after.map(JSON.int)), "target": .string(step.target.text),
            "early": step.early.map { early in
                .members(["keys": .array(early.keys.sorted().map(JSON.string)), "after": .array(early.after.map(JSON.int))])
            } ?? .null,
        ])
    }

    /// What `start`, `stop` and `reload` print with `--json` when they came to no end of a run.
    /// - Parameter problems: those of the definition, each with its place.
    init(refusal error: OperationError, problems: [String] = []) {
        self = .members([
            "run": JSON(error.run), "outcome": .string(RunOutcome.failed.rawValue), "services": .array([]), "seconds": .null,
            "nothing_to_do": .bool(false), "error": .string(error.message), "failures": .array([]), "next": JSON(error.next),
            "problems": JSON(problems),
        ])
    }

    /// `postmortem --json` where nothing has failed.
    static let noPostMortem = JSON.members(["run": .null, "failures": .array([]), "blocked": .array([])])

    /// `postmortem --json`.
    init(_ report: PostMortem) {
        self = .members([
            "run": .int(report.run), "failures": .array(report.failures.map(JSON.init)),
            "blocked": .array(report.blocked.map { .members(["service": .string($0.service), "because": JSON($0.because)]) }),
            "running": JSON(report.running), "command": .string(report.command), "group": .string(report.group),
            "started_at": .string(report.startedAt), "outcome": .string(report.outcome.rawValue), "verdict": .string(report.verdict),
            "next": JSON(report.next),
        ])
    }

    init(_ report: FailureReport) {
        let failure = report.failure
        self = .members([
            "service": report.service.isEmpty ? .null : .string(report.service), "class": .string(failure.failureClass.rawValue),
            "summary": .string(failure.summary),
            "phase": .string(failure.phase.rawValue), "exit_code": JSON(failure.exitCode), "oom_killed": .bool(failure.oomKilled),
            "last_ping_error": JSON(failure.lastPingError), "seconds": JSON(seconds: failure.seconds), "log_tail": JSON(report.logTail),
            "hint": .string(report.hint), "because": .string(report.because), "attempts": JSON(failure.attempts),
            "subject": JSON(failure.subject), "holder": JSON(failure.holder), "health": JSON(report.health),
            "pings": .array(
                report.pings.map {
                    .members(["attempt": .int($0.attempt), "seconds": JSON(seconds: $0.seconds), "answer": .string($0.words)])
                }),
            "changes": .array(
                report.changes.map {
                    .members(["field": .string($0.field), "before": JSON($0.before), "now": JSON($0.now), "run": .int($0.run)])
                }),
            "last_working_run": JSON(report.lastWorkingRun), "container_id": JSON(report.containerID), "origin": JSON(report.origin),
            "log_bytes_cut": .int(report.logBytesCut),
        ])
    }
}
