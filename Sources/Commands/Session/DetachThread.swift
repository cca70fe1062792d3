import Glibc

/// Runs `body` on a thread of its own, which may block.
/// - Returns: `false` when the system has no more threads; then it does not run.
@discardableResult
func detachThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let failed = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, work.toOpaque())
    guard failed == 0 else {
        work.release()
        return false
    }
    pthread_detach(thread)
    return true
}
