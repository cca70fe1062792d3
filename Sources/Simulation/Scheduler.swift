import CScheduling
package import Orchestrator
import TestSupport

/// All tasks of the process on one thread, in an order that only the seed decides, with time that passes only by waiting.
///
/// Whatever may run runs in random order; when nothing may, the clock jumps to the next timer. A schedule with the same seed
/// is the same to the last step.
// Unchecked: the process has one thread, the one in `run`; the runtime's hooks are called on it alone.
package final class Scheduler: @unchecked Sendable {
    private struct Timer {
        var due: Int64
        var order: Int
        var fire: () -> Void
    }

    private nonisolated(unsafe) static var current: Scheduler?
    private static let isInstalled: Void = scheduling_take_over(
        { job in
            guard let job else { return }
            Scheduler.current?.take(unsafeBitCast(job, to: UnownedJob.self))
        },
        { nanoseconds, job in
            guard let job else { return }
            Scheduler.current?.take(unsafeBitCast(job, to: UnownedJob.self), after: Int64(clamping: nanoseconds))
        })

    private var generator: SeededGenerator
    private var jobs: [UnownedJob] = []
    private var timers: [Int: Timer] = [:]
    private var timerCount = 0
    private var identifiers = 0
    /// Nanoseconds since the schedule's beginning.
    package private(set) var now: Int64 = 0
    /// The process is gone: what it had under way never goes on.
    package private(set) var isKilled = false
    /// Jobs run so far; two schedules that differ anywhere soon differ here.
    package private(set) var steps = 0

    package init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        _ = Self.isInstalled
    }

    /// As another one is between two processes: what it goes on with is the same.
    init(copying other: Scheduler) {
        generator = other.generator
        timerCount = other.timerCount
        identifiers = other.identifiers
        now = other.now
        steps = other.steps
    }

    /// Runs `body` and everything it starts to its end, or to its death.
    /// - Returns: `nil` when it was killed.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value? {
        Self.current = self
        isKilled = false
        let outcome = Outcome<Value>()
        let task = Task { outcome.value = await body() }
        while outcome.value == nil, !isKilled {
            if !jobs.isEmpty {
                let job = jobs.remove(at: Int.random(in: jobs.indices, using: &generator))
                steps += 1
                job.runSynchronously(on: Self.executor.asUnownedTaskExecutor())
            } else if let next = timers.min(by: { ($0.value.due, $0.value.order) < ($1.value.due, $1.value.order) }) {
                timers[next.key] = nil
                now = max(now, next.value.due)
                next.value.fire()
            } else {
                // Everything waits for something that nobody does.
                fatalError("deadlock: nothing can run and no timer is set, after \(steps) steps")
            }
        }
        // A process that ended leaves nothing behind that still runs.
        jobs = []
        timers = [:]
        _ = task
        return isKilled ? nil : outcome.value
    }

    /// Ends the process at this very point: nothing that was under way goes on.
    package func kill() { isKilled = true }

    /// Waits on the schedule's clock.
    /// - Throws: `CancellationError`.
    package func sleep(_ seconds: Double) async throws {
        timerCount += 1
        let key = timerCount
        let due = now + Int64(max(0, min(seconds, 1e9)) * 1e9)
        let wake = Wake()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                wake.continuation = continuation
                guard !Task.isCancelled else { return wake.resume(throwing: CancellationError()) }
                timers[key] = Timer(due: due, order: key) { wake.resume(throwing: nil) }
            }
        } onCancel: {
            timers[key] = nil
            wake.resume(throwing: CancellationError())
        }
    }

    /// Calls `fire` at a moment of the schedule's clock, unless the process ends before.
    package func at(_ due: Int64, _ fire: @escaping () -> Void) {
        timerCount += 1
        timers[timerCount] = Timer(due: due, order: timerCount, fire: fire)
    }

    /// The clock for a run.
    package var clock: RunClock {
        RunClock(
            now: { [self] in timestamp },
            monotonic: { [self] in now },
            sleep: { [self] in try await sleep($0) },
            identifier: { [self] in
                identifiers += 1
                let digits = String(identifiers, radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            })
    }

    private var timestamp: String {
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let seconds = now / 1_000_000_000
        return "2000-01-\(padded(1 + seconds / 86_400 % 28, 2))T\(padded(seconds / 3600 % 24, 2)):\(padded(seconds / 60 % 60, 2)):"
            + "\(padded(seconds % 60, 2)).\(padded(now % 1_000_000_000, 9))Z"
    }

    private func take(_ job: UnownedJob, after delay: Int64 = 0) {
        guard !isKilled else { return }
        guard delay > 0 else { return jobs.append(job) }
        timerCount += 1
        timers[timerCount] = Timer(due: now + delay, order: timerCount) { [self] in jobs.append(job) }
    }

    private static let executor = Place()

    /// Where jobs are said to run; nothing is ever enqueued here.
    private final class Place: TaskExecutor {
        func enqueue(_ job: consuming ExecutorJob) { Scheduler.current?.take(UnownedJob(job)) }
    }

    // Unchecked, both: touched by the one thread alone.
    private final class Outcome<Value>: @unchecked Sendable {
        var value: Value?
    }
    private final class Wake: @unchecked Sendable {
        var continuation: CheckedContinuation<Void, any Error>?

        func resume(throwing error: (any Error)?) {
            guard let continuation = continuation.take() else { return }
            if let error { continuation.resume(throwing: error) } else { continuation.resume() }
        }
    }
}
