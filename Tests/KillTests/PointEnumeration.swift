import Synchronization
import TestSupport

/// Tries point after point, from `first` on, several at a time, until the process outlives one.
///
/// - Parameters:
///   - step: 1 tries them all.
///   - trial: gets a point and which of the workers it is for, gives what came of it and whether the process died there.
func enumeratePoints(
    from first: Int = 1, step: Int = 1, _ trial: @escaping @Sendable (Int, _ slot: Int) throws -> (tally: KillTally, wasKilled: Bool)
) async throws -> KillTally {
    // The processes under test wait a good deal of their time.
    let width = 6
    let points = Points(from: first, step: step)
    return try await withCheckedThrowingContinuation { continuation in
        for slot in 0..<width {
            ScriptedThread.start {
                while let point = points.next() {
                    do {
                        let result = try trial(point, slot)
                        points.add(result.tally)
                        if !result.wasKilled { points.end(at: point) }
                    } catch { points.fail(error) }
                }
                if let outcome = points.finish(of: width) { continuation.resume(with: outcome) }
            }
        }
    }
}

/// The points that are still to be tried, and what came of the others.
private final class Points: Sendable {
    private struct State {
        var next: Int
        var end = Int.max
        var tally = KillTally()
        var failure: (any Error)?
        var finished = 0
    }

    private let state: Mutex<State>
    private let step: Int

    init(from first: Int, step: Int) {
        state = Mutex(State(next: first))
        self.step = step
    }

    func next() -> Int? {
        state.withLock { state in
            guard state.next < state.end else { return nil }
            defer { state.next += step }
            return state.next
        }
    }

    func add(_ tally: KillTally) { state.withLock { $0.tally = $0.tally + tally } }

    func end(at point: Int) { state.withLock { $0.end = min($0.end, point) } }

    func fail(_ error: any Error) {
        state.withLock { state in
            state.failure = state.failure ?? error
            state.end = 0
        }
    }

    /// One of the threads has nothing more to do.
    /// - Returns: the outcome, when it was the last of so many.
    func finish(of width: Int) -> Result<KillTally, any Error>? {
        state.withLock { state in
            state.finished += 1
            guard state.finished == width else { return nil }
            return state.failure.map { .failure($0) } ?? .success(state.tally)
        }
    }
}
