internal import Glibc

/// A program that is run and waited for, with the terminal's signals passed on to it.
struct ChildProcess {
    enum End: Equatable {
        case exited(Int32)
        case signalled(Int32)
        /// The launcher itself was asked to end meanwhile.
        case interrupted(Int32)
    }

    enum Output {
        /// Both streams to the launcher's standard error: standard output belongs to results.
        case toStandardError
        case discarded
        case toFile(String)
    }

    let arguments: [String]
    let environment: [String: String]
    let output: Output
    /// Only where the process has nothing else to do: signal handlers belong to the whole process.
    let forwardsSignals: Bool

    /// - Throws: when the program can't be started.
    func run() throws(Disk.Failure) -> End {
        guard let path = arguments.first else { throw Disk.Failure(code: ENOENT) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        switch output {
        case .toStandardError: posix_spawn_file_actions_adddup2(&actions, 2, 1)
        case .discarded: Self.redirect(&actions, to: "/dev/null")
        case .toFile(let file): Self.redirect(&actions, to: file)
        }
        let argv = CStringArray(arguments)
        let envp = CStringArray(environment.map { "\($0.key)=\($0.value)" })
        let watch = forwardsSignals ? SignalForwarding() : nil
        defer { watch?.end() }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, path, &actions, nil, argv.pointers, envp.pointers)
        guard code == 0 else { throw Disk.Failure(code: code) }
        watch?.forward(to: pid)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { throw Disk.Failure(code: errno) }
        }
        if let signal = watch?.received { return .interrupted(signal) }
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
    }

    private static func redirect(_ actions: inout posix_spawn_file_actions_t, to file: String) {
        posix_spawn_file_actions_addopen(&actions, 1, file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
}

// Written by the handler, which may only store a number and call kill(2); the launcher has one thread.
private nonisolated(unsafe) var forwardingTarget: pid_t = 0
private nonisolated(unsafe) var forwardedSignal: Int32 = 0

/// While it lasts, a signal that would end the launcher is passed to the child: its files are then cleared away.
private final class SignalForwarding {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]
    private var previous: [(Int32, sigaction)] = []

    init() {
        forwardingTarget = 0
        forwardedSignal = 0
        for signal in Self.signals {
            var old = sigaction()
            // What the caller had ignored, as nohup does, stays ignored.
            guard sigaction(signal, nil, &old) == 0, !Self.isIgnored(old) else { continue }
            var new = sigaction()
            new.__sigaction_handler.sa_handler = { signal in
                forwardedSignal = signal
                if forwardingTarget > 0 { kill(forwardingTarget, signal) }
            }
            if sigaction(signal, &new, nil) == 0 { previous.append((signal, old)) }
        }
    }

    var received: Int32? { forwardedSignal == 0 ? nil : forwardedSignal }

    func forward(to pid: pid_t) {
        forwardingTarget = pid
        if let received { kill(pid, received) }
    }

    func end() {
        forwardingTarget = 0
        for (signal, action) in previous {
            var action = action
            sigaction(signal, &action, nil)
        }
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
