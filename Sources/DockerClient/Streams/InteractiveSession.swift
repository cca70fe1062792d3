import Glibc
import Synchronization

/// Where a command's standard input comes from.
public enum SessionInput: Sendable {
    case bytes([UInt8])
    /// A descriptor of this process, read until its end; it stays open.
    case descriptor(Int32)
}

/// A command or container whose standard streams are connected to us.
public final class InteractiveSession: Sendable {
    private let connection: Mutex<HijackedConnection?>
    private let multiplexed: Bool
    /// Written to once to end the pumping from outside.
    private let wake: (read: Int32, write: Int32)

    init(_ connection: sending HijackedConnection, multiplexed: Bool) throws(DockerError) {
        // A pipe that is close-on-exec from its birth, which pipe(2) has no flag for.
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw DockerError(.badRequest, endpoint: connection.endpoint, message: String(cString: strerror(errno)))
        }
        wake = (ends[0], ends[1])
        self.multiplexed = multiplexed
        self.connection = Mutex(connection)
    }

    deinit {
        close(wake.read)
        close(wake.write)
    }

    /// Moves bytes both ways until the other side closes. To be called once.
    ///
    /// Cancelling hangs up; what runs in the container then goes on or not as the engine decides.
    ///
    /// - Parameter output: is called on a thread of its own, in order; says why nothing more can be taken, or `nil`.
    /// - Throws: `.cancelled`, `.outputRefused`, or what broke the connection.
    public func pump(_ input: SessionInput, output: @escaping @Sendable (LogFrame) -> String?) async throws(DockerError) {
        let result = await withTaskCancellationHandler {
            await BlockingWork.run { [self] () -> Result<Void, DockerError> in
                do throws(DockerError) { return .success(try pumpBlocking(input, output)) } catch { return .failure(error) }
            }
        } onCancel: {
            var byte: UInt8 = 0
            _ = write(wake.write, &byte, 1)
        }
        try result.get()
    }

    private func pumpBlocking(_ input: SessionInput, _ output: (LogFrame) -> String?) throws(DockerError) {
        guard let connection = connection.withLock({ $0 }) else { return }
        var upstream = Upstream(input)
        var framing = MultiplexedFraming()
        // What came together with the head, or was decrypted with it, wakes no poll.
        guard try receive(connection, &framing, output) else { return }
        while true {
            // The end of the input is passed on once everything before it is.
            if upstream.isFinished { connection.endInput() }
            var polls = [
                pollfd(fd: connection.descriptor, events: Int16(POLLIN | (upstream.pending.isEmpty ? 0 : POLLOUT)), revents: 0),
                pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
                pollfd(fd: upstream.wantsMore ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&polls, nfds_t(polls.count), -1)
            if count < 0, errno == EINTR { continue }
            if polls[1].revents != 0 { throw DockerError(.cancelled, endpoint: connection.endpoint) }
            if polls[2].revents != 0 { upstream.read() }
            if !upstream.pending.isEmpty {
                // A command may end without having read its input: what it said before that is still to come.
                do { upstream.sent(try connection.send(upstream.pending)) } catch { upstream.refused() }
            }
            guard polls[0].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 else { continue }
            do {
                guard try receive(connection, &framing, output) else { return }
            } catch  where error.code == .truncated && upstream.hasBegun && framing.isBetweenFrames {
                // The engine closed with input unread, which resets the connection. How the command ended it is asked anyway.
                return
            }
        }
    }

    /// - Returns: `false` at the end.
    private func receive(
        _ connection: HijackedConnection, _ framing: inout MultiplexedFraming, _ output: (LogFrame) -> String?
    ) throws(DockerError) -> Bool {
        func pass(_ frame: LogFrame) throws(DockerError) {
            guard let reason = output(frame) else { return }
            throw DockerError(.outputRefused, endpoint: connection.endpoint, message: "the output can't be passed on: \(reason)")
        }
        while true {
            switch try connection.receive() {
            case .again: return true
            case .end:
                do { try framing.finish() } catch {
                    throw DockerError(.truncated, endpoint: connection.endpoint, message: "the output ended inside a frame")
                }
                return false
            case .bytes(let bytes) where !multiplexed:
                try pass(LogFrame(stream: .standardOutput, bytes: bytes))
            case .bytes(let bytes):
                let outputs: [MultiplexedFraming.Output]
                do { outputs = try framing.add(bytes) } catch {
                    throw DockerError(.protocolViolation, endpoint: connection.endpoint, message: "not a multiplexed stream: \(error)")
                }
                for each in outputs {
                    switch each {
                    case .frame(let frame): try pass(frame)
                    case .systemError(let text): throw DockerError(.failedInStream, endpoint: connection.endpoint, message: text)
                    }
                }
            }
        }
    }
}

/// What is on its way to the engine.
private struct Upstream {
    private(set) var pending: ArraySlice<UInt8>
    private let source: Int32?
    private var hasEnded: Bool
    private var isPassedOn = false
    /// Whether some of it was sent, which the other side may not have read.
    private(set) var hasBegun = false

    init(_ input: SessionInput) {
        switch input {
        case .bytes(let bytes):
            pending = bytes[...]
            source = nil
            hasEnded = true
        case .descriptor(let descriptor):
            pending = []
            source = descriptor
            hasEnded = false
        }
    }

    /// The descriptor to wait for; none while there is something left to send, so that nothing piles up.
    var wantsMore: Int32? { hasEnded || !pending.isEmpty ? nil : source }

    /// True once: when the end of the input has been reached and everything is sent.
    var isFinished: Bool {
        mutating get {
            guard hasEnded, pending.isEmpty, !isPassedOn else { return false }
            isPassedOn = true
            return true
        }
    }

    mutating func read() {
        guard let source else { return }
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        let count = Glibc.read(source, &chunk, chunk.count)
        if count > 0 {
            pending = chunk[..<count]
        } else if count == 0 || errno != EINTR && errno != EAGAIN {
            hasEnded = true
        }
    }

    mutating func sent(_ count: Int) {
        pending = pending.dropFirst(count)
        if count > 0 { hasBegun = true }
    }

    /// Nobody takes the rest of it.
    mutating func refused() {
        pending = []
        hasEnded = true
        isPassedOn = true
        hasBegun = true
    }
}
