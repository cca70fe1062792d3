public import Glibc
import Synchronization

/// A child process that can neither outlive its test nor hold it up for ever: it is killed when the last reference to it goes,
/// and when it is still there after its time, so that whoever waits for it goes on and fails.
public final class OwnedProcess: Sendable {
    public let pid: pid_t
    private let reaped = Mutex<Int32?>(nil)

    /// - Parameter seconds: far more than it needs on the slowest machine.
    public init(_ pid: pid_t, seconds: Int = 300) {
        self.pid = pid
        Reaper.watch(pid, seconds: seconds)
    }

    deinit { kill() }

    /// Ends it as `kill -9` does, unless it was waited for already.
    public func kill() {
        guard reaped.withLock({ $0 == nil }) else { return }
        Glibc.kill(pid, SIGKILL)
        _ = wait()
    }

    /// Waits for its end, and gives its status as waitpid(2) does; again and again the same.
    public func wait() -> Int32 {
        reaped.withLock { reaped in
            if let reaped { return reaped }
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            Reaper.forget(pid)
            reaped = status
            return status
        }
    }
}

/// One thread that looks once a second whose time is over.
private enum Reaper {
    private static let limits = Mutex<[pid_t: ContinuousClock.Instant]>([:])
    private static let thread: Void = ScriptedThread.start {
        while true {
            sleep(1)
            limits.withLock { limits in
                for (pid, end) in limits where end < .now {
                    print("process \(pid) was still there when its time was over, and is killed")
                    kill(pid, SIGKILL)
                    limits[pid] = nil
                }
            }
        }
    }

    static func watch(_ pid: pid_t, seconds: Int) {
        _ = thread
        limits.withLock { $0[pid] = .now + .seconds(seconds) }
    }

    static func forget(_ pid: pid_t) { limits.withLock { $0[pid] = nil } }
}
