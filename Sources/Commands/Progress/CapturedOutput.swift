import Dispatch
import Glibc
import Synchronization

/// What hooks, and what they run, write to a terminal on which a picture is redrawn: caught, so that it can be shown above it.
///
/// Of standard output and error those that are terminals; into a file or a pipe hooks write as ever.
final class CapturedOutput: Sendable {
    private static let streams = [STDOUT_FILENO, STDERR_FILENO]
    /// The terminals behind descriptors 1 and 2 while they are caught; else -1. Also for a crash handler.
    private static let keptOutput = Atomic<Int32>(-1)
    private static let keptErrors = Atomic<Int32>(-1)

    /// Where the picture is drawn.
    let terminal: TextStream
    private let source: Int32
    /// The end that tells the reader to stop. What a hook left running may hold the pipe open for ever.
    private let stop: Int32
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameter show: called on a thread of its own, with whole lines as long as there are any.
    /// - Returns: `nil` where neither is a terminal, or no descriptors or threads are left.
    init?(drawingOn stream: TextStream, show: @escaping @Sendable ([UInt8]) -> Void) {
        var pipes: [Int32] = [-1, -1, -1, -1]
        guard Self.streams.contains(where: { isatty($0) == 1 }), stream.isTerminal else { return nil }
        let copy = fcntl(stream.descriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0, pipes.withUnsafeMutableBufferPointer({ Self.open(&$0) }) else {
            for descriptor in [copy] + pipes where descriptor >= 0 { close(descriptor) }
            return nil
        }
        terminal = TextStream(descriptor: copy, flushesFirst: false)
        source = pipes[0]
        stop = pipes[3]
        let (source, stopped, ended) = (pipes[0], pipes[2], ended)
        let isRead = detachThread {
            Self.read(from: source, until: stopped, show)
            ended.signal()
        }
        // Nothing is caught that nobody would read.
        guard isRead else {
            for descriptor in [copy] + pipes { close(descriptor) }
            return nil
        }
        for descriptor in Self.streams where isatty(descriptor) == 1 {
            Self.keep(descriptor, fcntl(descriptor, F_DUPFD_CLOEXEC, 3))
            dup2(pipes[1], descriptor)
        }
        close(pipes[1])
    }

    /// Gives the terminals back, and returns when all that was written before has been shown.
    /// - Parameter leaveTerminal: after it nobody draws on `terminal`, which is closed then.
    func end(_ leaveTerminal: () -> Void) {
        StandardStreams.flush()
        Self.giveBack()
        leaveTerminal()
        close(stop)
        ended.wait()
        close(source)
        close(terminal.descriptor)
    }

    /// Async-signal-safe: dup2(2) alone.
    static func giveBack() {
        let output = keptOutput.exchange(-1, ordering: .sequentiallyConsistent)
        if output >= 0 { dup2(output, STDOUT_FILENO) }
        let errors = keptErrors.exchange(-1, ordering: .sequentiallyConsistent)
        if errors >= 0 { dup2(errors, STDERR_FILENO) }
    }

    private static func keep(_ descriptor: Int32, _ copy: Int32) {
        if descriptor == STDOUT_FILENO {
            keptOutput.store(copy, ordering: .sequentiallyConsistent)
        } else {
            keptErrors.store(copy, ordering: .sequentiallyConsistent)
        }
    }

    private static func open(_ pipes: inout UnsafeMutableBufferPointer<Int32>) -> Bool {
        guard let first = pipes.baseAddress else { return false }
        guard pipe(first) == 0, pipe(first + 2) == 0 else { return false }
        for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return true
    }

    private static func read(from source: Int32, until stopped: Int32, _ show: ([UInt8]) -> Void) {
        var unfinished: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var isStopping = false
        while true {
            var waits = [pollfd(fd: source, events: Int16(POLLIN), revents: 0), pollfd(fd: stopped, events: Int16(POLLIN), revents: 0)]
            // A line that is not finished is a prompt or a bar, and is shown after a moment.
            let count = poll(&waits, isStopping ? 1 : 2, isStopping ? 0 : unfinished.isEmpty ? -1 : 200)
            if count < 0, errno == EINTR { continue }
            if waits[1].revents != 0 { isStopping = true }
            guard waits[0].revents & Int16(POLLIN) != 0 else {
                if !unfinished.isEmpty {
                    show(unfinished + [UInt8(ascii: "\n")])
                    unfinished = []
                }
                if isStopping || waits[0].revents != 0 { break }
                continue
            }
            let length = Glibc.read(source, &chunk, chunk.count)
            guard length > 0 else { continue }
            unfinished += chunk[..<length]
            let end = unfinished.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? (unfinished.count > chunk.count ? unfinished.count : 0)
            guard end > 0 else { continue }
            show(Array(unfinished[..<end]))
            unfinished.removeFirst(end)
        }
        close(stopped)
    }
}
