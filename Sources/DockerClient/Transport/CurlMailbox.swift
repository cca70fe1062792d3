import CCurl
import Glibc
import Synchronization

/// Commands for the curl thread, which starts with the first request and ends with `stop`.
///
/// `curl_multi_wakeup` after `curl_multi_cleanup` would use freed memory, so both happen under this lock.
final class CurlMailbox: Sendable {
    enum Command: Sendable {
        case add(CurlExchange)
        case cancel(CurlExchange)
        case unpause(CurlExchange)
    }

    enum Reception: Sendable {
        case taken
        /// The thread ends; a later request starts another.
        case stopping
        /// There is no thread, or none can be had.
        case noThread
    }

    private enum Phase {
        case idle
        case running(multi: UnsafeMutableRawPointer, thread: pthread_t)
        case stopping(multi: UnsafeMutableRawPointer)
    }

    private struct State {
        var phase = Phase.idle
        var commands: [Command] = []
    }

    private let state = Mutex(State())

    /// Queues a command and wakes the thread.
    @discardableResult
    func post(_ command: Command) -> Reception {
        state.withLock { state in
            switch state.phase {
            case .running(let multi, _):
                state.commands.append(command)
                ccurl_multi_wakeup(multi)
                return .taken
            case .stopping:
                return .stopping
            case .idle:
                guard case .add = command, let started = start() else { return .noThread }
                state.phase = started
                state.commands.append(command)
                return .taken
            }
        }
    }

    /// Takes all queued commands, and says whether the thread shall end.
    func drain() -> (commands: [Command], stopping: Bool) {
        state.withLock { state in
            defer { state.commands = [] }
            if case .stopping = state.phase { return (state.commands, true) }
            return (state.commands, false)
        }
    }

    /// Fails what is under way, ends the thread and waits for it. A later request starts a new one.
    func stop() {
        let thread: pthread_t? = state.withLock { state in
            guard case .running(let multi, let thread) = state.phase else { return nil }
            state.phase = .stopping(multi: multi)
            ccurl_multi_wakeup(multi)
            return thread
        }
        if let thread { pthread_join(thread, nil) }
    }

    /// The thread's last act: frees the multi handle and gives back the commands that came too late.
    func close(_ multi: UnsafeMutableRawPointer) -> [Command] {
        state.withLock { state in
            ccurl_multi_cleanup(multi)
            state.phase = .idle
            defer { state.commands = [] }
            return state.commands
        }
    }

    private func start() -> Phase? {
        guard CurlGlobal.isReady, let multi = ccurl_multi_init() else { return nil }
        // POST opens its own connection each time; idle ones beyond this are closed, oldest first.
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 8)
        let loop = Unmanaged.passRetained(CurlLoop(multi: multi, mailbox: self))
        // All signals stay blocked in the thread: handlers run elsewhere, and a broken connection is EPIPE, not SIGPIPE.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                let loop = Unmanaged<CurlLoop>.fromOpaque(raw).takeRetainedValue()
                loop.run()
                return nil
            }, loop.toOpaque())
        guard failure == 0 else {
            loop.release()
            ccurl_multi_cleanup(multi)
            return nil
        }
        return .running(multi: multi, thread: thread)
    }
}

/// libcurl, loaded and set up once in the process and before any handle.
enum CurlGlobal {
    static let isReady = ccurl_is_present() != 0 && ccurl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    static let missing = "libcurl.so.4 (7.85 or later) can't be loaded; on Debian it is in libcurl4"
}
