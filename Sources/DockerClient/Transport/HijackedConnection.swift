import CCurl
import Glibc

/// A connection that the engine has given over: raw bytes in both directions, outside of HTTP.
///
/// libcurl only connects (`CURLOPT_CONNECT_ONLY`), since it has no unframed upload after a 101. Used by one thread at a time,
/// never pooled.
final class HijackedConnection {
    private let easy: CurlHandle
    private let socket: curl_socket_t
    /// What came together with the response's head belongs to the stream.
    private var early: [UInt8] = []
    let endpoint: String

    /// Connects and asks for the upgrade. Blocks until the engine has answered.
    /// - Parameter isUnwanted: asked while nothing comes; once true, the wait is over.
    /// - Throws: `.http` with the engine's words when it refuses, `.replyLost` when it is silent until the request's deadline,
    ///   `.cancelled`.
    init(_ request: HTTPRequest, isUnwanted: @escaping () -> Bool) throws(DockerError) {
        endpoint = request.endpoint
        guard CurlGlobal.isReady, let raw = ccurl_easy_init() else {
            throw DockerError(
                .unreachable(.other), endpoint: request.endpoint,
                message: CurlGlobal.isReady ? "libcurl has no handle left" : CurlGlobal.missing)
        }
        easy = CurlHandle(raw: raw)
        easy.set(.url, request.url)
        easy.set(.noProxy, "*")
        easy.set(.noSignal, 1)
        easy.set(.connectOnly, 1)
        // What is spoken here after the TLS handshake is HTTP/1.1.
        easy.set(.httpVersion, Int(CURL_HTTP_VERSION_1_1))
        easy.set(.connectTimeoutMilliseconds, max(1, request.connectTimeout.milliseconds))
        if let path = request.unixSocket { easy.set(.unixSocket, path) }
        if let tls = request.tls { easy.configure(tls) }
        _ = ccurl_set_cloexec(raw)
        let code = ccurl_easy_perform(raw)
        var descriptor: curl_socket_t = -1
        guard code == CURLE_OK, ccurl_get_socket(raw, &descriptor) == CURLE_OK, descriptor >= 0 else {
            ccurl_easy_cleanup(raw)
            throw DockerError(.unreachable(.other), endpoint: request.endpoint, message: String(cString: ccurl_easy_strerror(code)))
        }
        socket = descriptor
        try upgrade(request, Patience(end: request.deadline.map { SuspendingClock.now + $0 }, isUnwanted: isUnwanted))
    }

    private struct Patience {
        let end: SuspendingClock.Instant?
        let isUnwanted: () -> Bool
    }

    deinit {
        ccurl_easy_cleanup(easy.raw)
    }

    private func upgrade(_ request: HTTPRequest, _ patience: Patience) throws(DockerError) {
        var body: [UInt8] = []
        if case .bytes(let bytes) = request.body { body = bytes }
        let address = request.url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
        let authority = address.count > 1 ? String(address[1]) : "localhost"
        let target = address.count > 2 ? "/" + address[2] : "/"
        var head = "\(request.method) \(target) HTTP/1.1\r\nHost: \(authority)\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
        for field in request.headers { head += "\(field.name): \(field.value)\r\n" }
        head += "Content-Length: \(body.count)\r\n\r\n"
        var rest = (Array(head.utf8) + body)[...]
        while !rest.isEmpty {
            rest = rest.dropFirst(try send(rest))
            if !rest.isEmpty { try wait(for: POLLOUT, patience) }
        }
        try readHead(patience)
    }

    private func readHead(_ patience: Patience) throws(DockerError) {
        var received: [UInt8] = []
        while true {
            if let end = received.firstRange(of: [0x0D, 0x0A, 0x0D, 0x0A]) {
                let status = String(decoding: received[..<end.lowerBound], as: UTF8.self).split(separator: " ").dropFirst().first
                early = Array(received[end.upperBound...])
                switch status.flatMap({ Int($0) }) {
                case 101?, 200?: return
                case let code?: throw DockerError(.http(code), endpoint: endpoint, message: EngineMessage.text(try remainder()))
                case nil: throw DockerError(.protocolViolation, endpoint: endpoint, message: Excerpt.text(received))
                }
            }
            guard received.count < 64 << 10 else {
                throw DockerError(.protocolViolation, endpoint: endpoint, message: "a head without an end")
            }
            switch try receive() {
            case .bytes(let bytes): received += bytes
            case .again: try wait(for: POLLIN, patience)
            case .end: throw DockerError(.replyLost, endpoint: endpoint, message: "the connection closed within the head")
            }
        }
    }

    /// The body of a refusal, as far as it is there: the engine may keep the connection open after it.
    private func remainder() throws(DockerError) -> [UInt8] {
        if early.isEmpty, case .bytes(let bytes) = try receive() { return bytes }
        return early
    }

    enum Received {
        case bytes([UInt8])
        case again
        case end
    }

    var descriptor: Int32 { socket }

    /// What is there to read, without waiting.
    func receive() throws(DockerError) -> Received {
        if !early.isEmpty {
            defer { early = [] }
            return .bytes(early)
        }
        var chunk = [UInt8](repeating: 0, count: 32 << 10)
        var count = 0
        let code = chunk.withUnsafeMutableBytes { ccurl_easy_recv(easy.raw, $0.baseAddress, $0.count, &count) }
        switch code {
        case CURLE_OK: return count == 0 ? .end : .bytes(Array(chunk[..<count]))
        case CURLE_AGAIN: return .again
        default: throw DockerError(.truncated, endpoint: endpoint, message: String(cString: ccurl_easy_strerror(code)))
        }
    }

    /// Sends what fits, without waiting.
    /// - Returns: the bytes taken; 0 when none fit now.
    func send(_ bytes: ArraySlice<UInt8>) throws(DockerError) -> Int {
        var count = 0
        let code = bytes.withUnsafeBytes { ccurl_easy_send(easy.raw, $0.baseAddress, $0.count, &count) }
        switch code {
        case CURLE_OK: return count
        case CURLE_AGAIN: return 0
        default: throw DockerError(.replyLost, endpoint: endpoint, message: String(cString: ccurl_easy_strerror(code)))
        }
    }

    /// Tells the other side that nothing more comes, while its output still does.
    func endInput() { shutdown(socket, Int32(SHUT_WR)) }

    private func wait(for events: Int32, _ patience: Patience) throws(DockerError) {
        if patience.isUnwanted() { throw DockerError(.cancelled, endpoint: endpoint) }
        if let end = patience.end, SuspendingClock.now >= end {
            throw DockerError(.replyLost, endpoint: endpoint, message: CurlLoop.overdue)
        }
        var entry = pollfd(fd: socket, events: Int16(events), revents: 0)
        _ = poll(&entry, 1, 100)
    }
}
