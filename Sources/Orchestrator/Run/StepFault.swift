import DockerClient
import Reconciler

/// Why a step did not succeed.
enum StepFault: Error, Sendable {
    /// The service failed.
    case failed(Failure)
    /// The user interrupted; nobody failed.
    case interrupted
    /// The service is blocked.
    case givenUp
    /// The run can't go on: the ledger can't be written, or a transition was impossible.
    case fatal(OperationError)

    /// Any error as a fault in a phase of a service's start.
    init(_ error: any Error, phase: FailurePhase, image: String? = nil) {
        switch error {
        case let fault as StepFault: self = fault
        case let failure as Failure: self = .failed(failure)
        case let error as DockerError where error.isCancelled: self = .interrupted
        case let error as DockerError: self = .failed(Failure(error, phase: phase, image: image))
        case let error as TemplateFailure:
            self = .failed(Failure(.contextMissing, phase: phase, summary: error.description, subject: error.field))
        case let error as OperationError: self = .fatal(error)
        case is CancellationError: self = .interrupted
        case let error as IllegalTransition: self = .fatal(OperationError(.defect, error.description))
        default: self = .fatal(OperationError(.defect, "\(error)"))
        }
    }
}

/// What became of a step.
enum StepResult: Sendable {
    case succeeded
    /// The step was a question; these steps are the answer.
    case replanned(Plan)
    /// It has done what it was for; steps on the same container wait for the rest.
    case ended(rest: Task<StepResult, Never>)
    case failed(Failure)
    /// Cut short: its service is blocked.
    case givenUp
    case interrupted
    case fatal(OperationError)
}
