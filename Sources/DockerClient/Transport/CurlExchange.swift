import Synchronization

/// One request and its response, shared by the caller's task and the curl thread.
///
/// The head and each piece of the body are handed over exactly once. The caller's side suspends, the thread's side never
/// waits: it pauses the transfer instead. Commands are posted while this lock is held, so that a cancellation can never
/// overtake the submission it cancels.
final class CurlExchange: Sendable {
    enum Acceptance { case taken, pause }
    enum UploadPiece {
        case bytes(Int)
        case pause, end, abort
    }

    /// Bytes of a response held for a slow reader before the transfer is paused.
    private static let bufferLimit = 1 << 20
    /// Bytes of an upload held for a slow socket before its producer waits.
    private static let uploadLimit = 256 << 10

    struct State {
        var cancelled = false
        var headWaiter: CheckedContinuation<Result<HTTPResponseHead, DockerError>, Never>?
        var head: HTTPResponseHead?
        var chunks: ArraySlice<[UInt8]> = []
        var buffered = 0
        var paused = false
        var bodyWaiter: CheckedContinuation<Result<[UInt8]?, DockerError>, Never>?
        var end: Result<Void, DockerError>?

        var upload: ArraySlice<UInt8> = []
        var uploadEnded = false
        var uploadError: DockerError?
        var uploadStarved = false
        var uploadWaiter: CheckedContinuation<Bool, Never>?
    }

    let request: HTTPRequest
    private let mailbox: CurlMailbox
    private let state = Mutex(State())

    init(request: HTTPRequest, mailbox: CurlMailbox) {
        self.request = request
        self.mailbox = mailbox
    }

    func error(_ code: DockerError.Code, _ message: String = "") -> DockerError {
        DockerError(code, endpoint: request.endpoint, message: message)
    }

    // MARK: the caller's side

    /// Submits the request and waits for the response head.
    func head() async throws(DockerError) -> HTTPResponseHead {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let refusal: DockerError? = state.withLock { state in
                    if state.cancelled { return error(.cancelled) }
                    state.headWaiter = waiter
                    let refusal: DockerError
                    switch mailbox.post(.add(self)) {
                    case .taken: return nil
                    case .stopping: refusal = error(.cancelled, "the client has been shut down")
                    case .noThread:
                        let reason = CurlGlobal.isReady ? "no thread for connections can be had" : CurlGlobal.missing
                        refusal = error(.unreachable(.other), reason)
                    }
                    state.headWaiter = nil
                    state.end = .failure(refusal)
                    return refusal
                }
                if let refusal { waiter.resume(returning: .failure(refusal)) }
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    /// The next piece of the body, nil at its end.
    func nextChunk() async throws(DockerError) -> [UInt8]? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let ready: Result<[UInt8]?, DockerError>? = state.withLock { state in
                    if let chunk = state.chunks.popFirst() {
                        state.buffered -= chunk.count
                        if state.paused, state.buffered <= Self.bufferLimit / 2 {
                            state.paused = false
                            mailbox.post(.unpause(self))
                        }
                        return .success(chunk)
                    }
                    if let end = state.end { return end.map { nil } }
                    if state.bodyWaiter != nil { return .failure(error(.badRequest, "the body is read by two tasks")) }
                    state.bodyWaiter = waiter
                    return nil
                }
                if let ready { waiter.resume(returning: ready) }
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    /// Asks the curl thread to drop the transfer; harmless at any time.
    func cancel() {
        state.withLock { state in
            guard !state.cancelled, state.end == nil else { return }
            state.cancelled = true
            mailbox.post(.cancel(self))
        }
    }

    /// Offers bytes to send and waits for room; false when the transfer has ended.
    func sendUpload(_ bytes: [UInt8]) async -> Bool {
        await withCheckedContinuation { waiter in
            let ready: Bool? = state.withLock { state in
                guard state.end == nil, !state.cancelled else { return false }
                state.upload += bytes
                feedLocked(&state)
                if state.upload.count < Self.uploadLimit { return true }
                state.uploadWaiter = waiter
                return nil
            }
            if let ready { waiter.resume(returning: ready) }
        }
    }

    func endUpload(_ failure: DockerError?) {
        state.withLock { state in
            state.uploadEnded = true
            state.uploadError = failure
            feedLocked(&state)
        }
    }

    private func feedLocked(_ state: inout State) {
        guard state.uploadStarved else { return }
        state.uploadStarved = false
        mailbox.post(.unpause(self))
    }

    // MARK: the curl thread's side

    func deliver(_ head: HTTPResponseHead) {
        let waiter = state.withLock { state in
            state.head = head
            defer { state.headWaiter = nil }
            return state.headWaiter
        }
        waiter?.resume(returning: .success(head))
    }

    func deliver(_ bytes: UnsafeRawBufferPointer) -> Acceptance {
        let (acceptance, waiter): (Acceptance, CheckedContinuation<Result<[UInt8]?, DockerError>, Never>?) = state.withLock { state in
            if let waiter = state.bodyWaiter {
                state.bodyWaiter = nil
                return (.taken, waiter)
            }
            guard state.buffered < Self.bufferLimit else {
                state.paused = true
                return (.pause, nil)
            }
            state.chunks.append(Array(bytes))
            state.buffered += bytes.count
            return (.taken, nil)
        }
        waiter?.resume(returning: .success(Array(bytes)))
        return acceptance
    }

    func takeUpload(into buffer: UnsafeMutableRawBufferPointer) -> UploadPiece {
        let (piece, waiter): (UploadPiece, CheckedContinuation<Bool, Never>?) = state.withLock { state in
            if state.upload.isEmpty {
                if state.uploadError != nil { return (.abort, nil) }
                if state.uploadEnded { return (.end, nil) }
                state.uploadStarved = true
                return (.pause, nil)
            }
            let count = min(buffer.count, state.upload.count)
            buffer.copyBytes(from: state.upload.prefix(count))
            state.upload.removeFirst(count)
            guard state.upload.count < Self.uploadLimit / 2 else { return (.bytes(count), nil) }
            defer { state.uploadWaiter = nil }
            return (.bytes(count), state.uploadWaiter)
        }
        waiter?.resume(returning: true)
        return piece
    }

    /// The last call of the thread: whoever waits is resumed, once.
    func finish(_ result: Result<Void, DockerError>) {
        let waiters = state.withLock { state in
            var result = result
            if let failure = state.uploadError, case .failure = result, !state.cancelled { result = .failure(failure) }
            state.end = result
            if case .failure(let failure) = result, failure.code == .cancelled { state.chunks = [] }
            defer {
                state.headWaiter = nil
                state.bodyWaiter = nil
                state.uploadWaiter = nil
                state.upload = []
            }
            return (state.headWaiter, state.bodyWaiter, state.uploadWaiter, result)
        }
        let failure: DockerError
        switch waiters.3 {
        case .success: failure = error(.protocolViolation, "no response head")
        case .failure(let error): failure = error
        }
        waiters.0?.resume(returning: .failure(failure))
        waiters.1?.resume(returning: waiters.3.map { nil })
        waiters.2?.resume(returning: false)
    }

    var headDelivered: Bool { state.withLock { $0.head != nil } }
}
