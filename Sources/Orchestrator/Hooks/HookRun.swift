import DockerClient
import FoundationEssentials
import Reconciler

/// How a hook came back, or did not.
enum HookResult<Value: Sendable>: Sendable {
    case finished(Value)
    case threw(HookError)
    case timedOut
    case interrupted
    /// Whatever it was about ended first.
    case overtaken(HookOvertaking)

    /// Whether the hook may still be at work.
    var isLate: Bool {
        switch self {
        case .finished, .threw: false
        case .timedOut, .interrupted, .overtaken: true
        }
    }

    /// When a write comes too late.
    fileprivate var closing: String {
        switch self {
        case .finished, .threw: "after it had come back"
        case .timedOut: "after its deadline"
        case .interrupted, .overtaken: "after it had been given up"
        }
    }
}

/// What made a hook pointless while it ran.
enum HookOvertaking: Sendable {
    /// Its container ended; the exit code, where it is certain.
    case death(exitCode: Int?)
    /// A service that its own needs failed.
    case surrender
    /// The engine tells nothing of its container any more.
    case engine(DockerError)
}

/// What may end a hook from outside, besides its deadline.
struct HookLimits: Sendable {
    /// Seconds.
    var deadline: Double
    var clock: RunClock
    var interruption: Interruption?
    /// The hook's own thread; `nil` for wherever the caller runs.
    var executor: @Sendable () -> (any TaskExecutor)?
}

/// Runs one hook on a thread of its own, and comes back by its deadline whatever the hook does.
///
/// - Parameter overtake: is handed a closure that ends the wait early, e.g. when the container dies.
func runHook<Value: Sendable>(
    _ scope: HookScope, limits: HookLimits, overtake: (@escaping @Sendable (HookOvertaking) -> Void) -> Void = { _ in },
    body: @escaping @Sendable () async throws -> Value
) async -> HookResult<Value> {
    let race = Race<HookResult<Value>>()
    scope.open()
    let hook = Task(executorPreference: limits.executor()) {
        await HookScope.$current.withValue(scope) {
            do {
                let value = try await body()
                race.offer(scope.failedWrite.map { .threw(HookError(text: $0)) } ?? .finished(value))
            } catch { race.offer(.threw(HookError(error))) }
        }
    }
    let timer = Task {
        do {
            try await limits.clock.sleepAwake(limits.deadline)
            race.offer(.timedOut)
        } catch { return }
    }
    let token = limits.interruption?.onInterrupt { race.offer(.interrupted) }
    overtake { race.offer(.overtaken($0)) }

    let result = await race.value()
    scope.close(isLate: result.isLate, since: result.closing)
    hook.cancel()
    timer.cancel()
    if let token { limits.interruption?.forget(token) }
    return result
}

/// What a hook threw.
struct HookError: Sendable {
    /// As the user would print it.
    var text: String
    /// A probe of ours that knows its class of failure.
    var failure: Failure?
    /// A readiness threw, in the place of the user's ping.
    var isOfReadiness = false

    init(text: String) { self.text = text }

    init(_ error: any Error) {
        failure = error as? Failure ?? (error as? DockerError).flatMap(Failure.init(breakdown:))
        isOfReadiness = error is ReadinessError
        let words = failure?.summary ?? (error as? any LocalizedError)?.errorDescription ?? "\(error)"
        text = words.isEmpty ? "\(type(of: error))" : words
    }
}
