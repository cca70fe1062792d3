/// What one run came to for one service.
public struct ServiceResult: Sendable, Equatable {
    /// The raw values are part of the contract.
    public enum Outcome: String, Sendable, CaseIterable {
        /// A new container runs.
        case started
        case alreadyRunning = "already_running"
        /// A container that existed was started again.
        case restarted
        case failed, blocked, stopped, removed, excluded
    }

    public var service: String
    public var outcome: Outcome
    /// How long it was worked on; waiting for others is not counted.
    public var seconds: Double
    public var failure: Failure?
    /// For `blocked`: its dependency, what that one needs, and so on to what failed.
    public var because: [String]
    /// For `blocked`: its container ran already, and was not ready yet.
    public var isGivenUp = false
    /// The phase in which the end of the run cut the service off.
    public var cutOffIn: ServicePhase?
    /// For one that was interrupted: "cut off while it was stopped". The phases of a failure are those of a start.
    public var cutOffWords: String?

    /// What runs of it all the same, when its container does; `nil` when that is what the run was about.
    var otherwiseRunning: String? {
        switch outcome {
        case .blocked: isGivenUp ? "never found ready" : "as it was"
        case .failed where failure?.failureClass == .interrupted: "as far as it had come"
        case .failed: failure?.phase.isBeforeContainer == true ? "in its old container" : "in the container that failed"
        case .started, .alreadyRunning, .restarted, .stopped, .removed, .excluded: nil
        }
    }

    /// One for each service the run came to a result for.
    /// - Parameter isOver: a run that goes on has no result yet for services under way; one that was cut off has failed them.
    static func all(in facts: [RecordedFact], command: String, isOver: Bool) -> [ServiceResult] {
        var trails: [String: ServiceTrail] = [:]
        for name in facts.runStart?.body.excluded ?? [] { trails[name] = ServiceTrail(outcome: .excluded) }
        for fact in facts {
            guard let service = fact.service else { continue }
            trails[service, default: ServiceTrail()].follow(fact)
        }
        return facts.serviceNames.compactMap { trails[$0]?.result(of: $0, isOver: isOver) }
    }
}

/// The fold behind `ServiceResult`: what one service went through in one run.
struct ServiceTrail {
    private var outcome: ServiceResult.Outcome?
    private var failure: Failure?
    private var cutOffWords: String?
    private var because: [String] = []
    private var isGivenUp = false
    private var phase: ServicePhase?
    private var isNewContainer = false
    private var wasStarted = false
    private var seconds = 0.0
    private var lastChange: RecordedFact?

    init(outcome: ServiceResult.Outcome? = nil) { self.outcome = outcome }

    mutating func follow(_ fact: RecordedFact) {
        guard case .stateChanged(let change) = fact.event else { return }
        if let lastChange, phase?.isWorkedOn == true, !isDecided { seconds += fact.seconds(since: lastChange) }
        phase = change.to
        lastChange = fact
        switch change.trigger {
        // What an interrupted run had made and not started is as new.
        case .containerCreated, .preStartFinished: isNewContainer = true
        // One that only owed its ping was running.
        case .containerStarted: wasStarted = wasStarted || change.from == .starting
        case .failed:
            // What follows a failure is clearing up: it neither changes the result nor counts as the service's time.
            outcome = .failed
            failure = change.failure
        case .interrupted:
            outcome = .failed
            failure = change.failure ?? .cutOff(change)
            cutOffWords = "cut off \(change.from.moment)"
        case .blocked:
            outcome = .blocked
            because = (change.because ?? []).reversed()
            isGivenUp = [.pinging, .priming].contains(change.from)
        case .excluded: outcome = .excluded
        case .containerStopped where !isDecided: outcome = .stopped
        case .containerRemoved where !isDecided: outcome = .removed
        default: break
        }
        if change.to == .running {
            outcome = isNewContainer ? .started : wasStarted ? .restarted : .alreadyRunning
            failure = nil
            cutOffWords = nil
        }
    }

    private var isDecided: Bool {
        outcome == .failed || outcome == .blocked
    }

    func result(of service: String, isOver: Bool) -> ServiceResult? {
        let isCutOff = phase.map { $0.isUnderWay } == true && !isDecided
        if isCutOff, !isOver { return nil }
        guard let shown = isCutOff ? .failed : outcome else { return nil }
        return ServiceResult(
            service: service, outcome: shown, seconds: seconds, failure: failure, because: because, isGivenUp: isGivenUp,
            cutOffIn: isCutOff ? phase : nil, cutOffWords: cutOffWords)
    }
}

extension ServicePhase {
    /// Something is being done to the service, rather than waited for.
    public var isWorkedOn: Bool {
        switch self {
        case .waiting, .created, .prepared: false
        default: isUnderWay
        }
    }
}
