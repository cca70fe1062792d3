import DockerClient
import Reconciler

/// An engine call as the ledger will know it.
struct EngineStep: Sendable {
    var kind: StepKind
    var service: String?
    var cause: String
    var target: String
    var spec: SpecSummary?
}

/// What looking for an operation of which the reply was lost found.
enum Resolution<Value: Sendable>: Sendable {
    /// It was done.
    case adopted(Value)
    /// It was not.
    case absent
}

extension GroupRun {
    /// One engine call: its intent is durable before it, its outcome after. A lost reply is unknown until it was looked for.
    ///
    /// - Parameters:
    ///   - before: what the intent means for the service; one append with it.
    ///   - after: what success means for it; one append with the outcome, so that no death can fall between the two.
    func call<Value: Sendable, Refusal: Error>(
        _ step: EngineStep, operation: String? = nil, result: (Value) -> String? = { _ in nil }, before: [JournalEntry] = [],
        after: (Value) throws -> [JournalEntry] = { _ in [] }, resolve: (() async throws -> Resolution<Value>)? = nil,
        _ body: () async throws(Refusal) -> Value
    ) async throws -> Value {
        let operation = operation ?? clock.identifier()
        let intent = StepIntended(step: step.kind, cause: step.cause, target: step.target, spec: step.spec)
        try await journal.record(before + [JournalEntry(step.service, .stepIntended(intent), operation: operation)])
        let start = clock.monotonic()
        let error: DockerError
        do {
            let value = try await body()
            let success = StepSucceeded(
                step: step.kind, target: step.target, result: result(value), seconds: clock.seconds(since: start))
            try journal.note([JournalEntry(step.service, .stepSucceeded(success), operation: operation)] + after(value))
            return value
        } catch let caught as DockerError {
            error = caught
        }
        guard error.outcomeUnknown else {
            try journal.note(step.service, .stepFailed(refusal(step, error, start)), operation: operation)
            throw error
        }
        try journal.note(
            step.service, .stepUnknown(StepUnknown(step: step.kind, target: step.target, error: error.description)), operation: operation)
        // Nobody can tell now: the intent stays open, and the next run looks.
        guard let resolve, let resolution = try? await resolve() else { throw error }
        switch resolution {
        case .adopted(let value):
            let success = StepSucceeded(
                step: step.kind, target: step.target, result: result(value), seconds: clock.seconds(since: start), resolved: "adopted")
            try journal.note([JournalEntry(step.service, .stepSucceeded(success), operation: operation)] + after(value))
            return value
        case .absent:
            try journal.note(step.service, .stepFailed(refusal(step, error, start, resolved: "absent")), operation: operation)
            throw error
        }
    }

    private func refusal(_ step: EngineStep, _ error: DockerError, _ start: Int64, resolved: String? = nil) -> StepFailed {
        StepFailed(
            step: step.kind, target: step.target, error: error.description, status: error.status, seconds: clock.seconds(since: start),
            resolved: resolved)
    }
}
