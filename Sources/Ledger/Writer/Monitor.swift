import Glibc

/// State behind a mutex, with a condition to wait on.
///
/// For the writer's thread and for callers that may block; `Synchronization.Mutex` has no condition to wait on.
// Unchecked: the compiler can't see that `state` is only touched while `mutex` is held.
final class Monitor<State: Sendable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: State) {
        self.state = state
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Looks at or changes the state, and wakes whoever waits.
    /// - parameter wakes: whether the state as it is afterwards is one that anybody waits for.
    func withLock<Result>(wakes: (State) -> Bool = { _ in true }, _ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        let result = body(&state)
        let isAwaited = wakes(state)
        // Woken before the mutex is free, the other thread would only go to sleep on that.
        pthread_mutex_unlock(mutex)
        if isAwaited { pthread_cond_broadcast(condition) }
        return result
    }

    /// The same for what nobody waits for.
    func quietly<Result>(_ body: (inout State) -> Result) -> Result { withLock(wakes: { _ in false }, body) }

    /// Blocks the thread until `body` has a result.
    func wait<Result>(_ body: (inout State) -> Result?) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            pthread_cond_wait(condition, mutex)
        }
    }

    /// Blocks the thread until `isEnough`, for no longer than so many milliseconds.
    func wait(atMost milliseconds: Int, until isEnough: (State) -> Bool) {
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &end)
        end.tv_nsec += milliseconds * 1_000_000
        end.tv_sec += end.tv_nsec / 1_000_000_000
        end.tv_nsec %= 1_000_000_000
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !isEnough(state), pthread_cond_timedwait(condition, mutex, &end) == 0 {}
    }
}
