import Synchronization

/// The HTTP transport: any number of requests on one thread of its own.
///
/// The thread starts with the first request. A response's head is returned before its body, so that a caller can know
/// that `wait` or `events` is in place before it acts.
final class CurlEngine: Sendable {
    /// The one thread that Docker clients and probes share.
    static let shared = CurlEngine()

    private let mailbox = CurlMailbox()

    /// - Throws: `DockerError`; an HTTP error status is not one.
    func send(_ request: HTTPRequest) async throws(DockerError) -> HTTPResponse {
        let exchange = CurlExchange(request: request, mailbox: mailbox)
        var producer: Task<Void, Never>?
        if case .stream(let source) = request.body {
            producer = Task { await Self.feed(source, into: exchange) }
        }
        do {
            let head = try await exchange.head()
            return HTTPResponse(head: head, body: HTTPBody(exchange: exchange))
        } catch {
            producer?.cancel()
            throw error
        }
    }

    private static func feed(_ source: ByteStream, into exchange: CurlExchange) async {
        do {
            while let bytes = try await source.next() {
                if !bytes.isEmpty, await !exchange.sendUpload(bytes) { return }
            }
            exchange.endUpload(nil)
        } catch {
            exchange.endUpload(error)
        }
    }

    /// Fails what is under way and joins the thread; the next request starts another.
    func shutdown() {
        mailbox.stop()
    }

    deinit {
        mailbox.stop()
    }
}

/// The thread behind every `Docker` and `HTTPProbe` of the process.
public enum DockerTransport {
    private static let isPrepared = Atomic(false)

    /// Loads libcurl on a thread of its own, for a program that will call an engine: meanwhile it has other things to do.
    public static func prepare() {
        isPrepared.store(true, ordering: .sequentiallyConsistent)
        BlockingWork.detach { _ = CurlGlobal.isReady }
    }

    /// Ends the thread, failing what is under way; call it before the process exits, or libraries that libcurl stands on end while
    /// the thread is in them. A later request starts another.
    ///
    /// Blocks until the thread has ended, some milliseconds; returns at once where nothing was asked.
    public static func shutdown() {
        // A library that is still being loaded while the process takes itself apart would bring it down.
        if isPrepared.load(ordering: .sequentiallyConsistent) { _ = CurlGlobal.isReady }
        CurlEngine.shared.shutdown()
    }
}
