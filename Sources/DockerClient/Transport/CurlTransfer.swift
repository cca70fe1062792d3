import CCurl
import Glibc

/// A running request: its easy handle, header list and parser state. Lives on the curl thread.
final class CurlTransfer {
    let exchange: CurlExchange
    let easy: CurlHandle
    let headDue: SuspendingClock.Instant?
    private let headerList: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>
    private var head: HTTPResponseHead?
    private var headComplete = false

    init(exchange: CurlExchange, now: SuspendingClock.Instant) throws(DockerError) {
        guard let raw = ccurl_easy_init() else { throw exchange.error(.unreachable(.other), "libcurl has no handle left") }
        self.exchange = exchange
        easy = CurlHandle(raw: raw)
        headDue = exchange.request.headDeadline.map { now + $0 }
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        headerList = Self.headers(of: exchange.request)
        configure(exchange.request)
    }

    /// Frees the handle; called once, after it has left the multi handle.
    func free() {
        ccurl_easy_cleanup(easy.raw)
        ccurl_slist_free_all(headerList)
        errorText.deallocate()
    }

    private static func headers(of request: HTTPRequest) -> UnsafeMutablePointer<curl_slist>? {
        // No `Expect: 100-continue`: the engine does not need it and a second of waiting is lost where it is ignored.
        var lines = ["Expect:"]
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) { lines.append("Content-Type:") }
        if case .stream = request.body { lines.append("Transfer-Encoding: chunked") }
        lines += request.headers.map { "\($0.name): \($0.value)" }
        return lines.reduce(nil) { list, line in ccurl_slist_append(list, line) ?? list }
    }

    private func configure(_ request: HTTPRequest) {
        easy.set(.url, request.url)
        easy.set(.protocols, "http,https")
        easy.set(.noProxy, "*")
        easy.set(.noSignal, 1)
        easy.set(.pathAsIs, 1)
        easy.set(.httpVersion, Int(CURL_HTTP_VERSION_1_1))
        easy.set(.connectTimeoutMilliseconds, max(1, request.connectTimeout.milliseconds))
        if let deadline = request.deadline { easy.set(.timeoutMilliseconds, max(1, deadline.milliseconds)) }
        if let limit = request.quietLimit {
            easy.set(.lowSpeedLimit, 1)
            easy.set(.lowSpeedSeconds, max(1, Int(limit.components.seconds)))
        }
        if let path = request.unixSocket { easy.set(.unixSocket, path) }
        if let tls = request.tls { easy.configure(tls) }
        // libcurl sends a request again when a pooled connection turns out to be dead. That is right for GET; for anything
        // else the engine may have acted before the connection broke, so those never ride on a pooled connection.
        if request.isolated || !request.isIdempotent { easy.set(.freshConnect, 1) }
        if request.isolated { easy.set(.forbidReuse, 1) }
        _ = ccurl_set_cloexec(easy.raw)
        _ = ccurl_set_list(easy.raw, CURLOPT_HTTPHEADER, headerList)
        _ = ccurl_set_pointer(easy.raw, CURLOPT_ERRORBUFFER, errorText)
        configureBody(request)
        installCallbacks()
    }

    private func configureBody(_ request: HTTPRequest) {
        switch request.body {
        case .none where request.isIdempotent || request.method == "DELETE":
            if request.method == "HEAD" { easy.set(.noBody, 1) }
        case .none:
            _ = ccurl_set_offset(easy.raw, CURLOPT_POSTFIELDSIZE_LARGE, 0)
            _ = ccurl_set_string(easy.raw, CURLOPT_COPYPOSTFIELDS, "")
        case .bytes(let bytes):
            _ = ccurl_set_offset(easy.raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
            _ = bytes.withUnsafeBytes { ccurl_set_bytes(easy.raw, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) }
        case .stream:
            easy.set(request.method == "PUT" ? .upload : .post, 1)
        }
        easy.set(.method, request.method)
    }

    private func installCallbacks() {
        // Unretained: the loop's table holds this object until the handle is freed.
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_set_pointer(easy.raw, CURLOPT_HEADERDATA, context)
        _ = ccurl_set_data_callback(easy.raw, CURLOPT_HEADERFUNCTION) { data, size, count, context in
            guard let data, let context else { return 0 }
            let line = UnsafeRawBufferPointer(start: data, count: size * count)
            Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue().receiveHeader(line)
            return size * count
        }
        _ = ccurl_set_pointer(easy.raw, CURLOPT_WRITEDATA, context)
        _ = ccurl_set_data_callback(easy.raw, CURLOPT_WRITEFUNCTION) { data, size, count, context in
            guard let data, let context else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: data, count: size * count)
            switch Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue().exchange.deliver(bytes) {
            case .taken: return bytes.count
            case .pause: return Int(CURL_WRITEFUNC_PAUSE)
            }
        }
        guard case .stream = exchange.request.body else { return }
        _ = ccurl_set_pointer(easy.raw, CURLOPT_READDATA, context)
        _ = ccurl_set_data_callback(easy.raw, CURLOPT_READFUNCTION) { data, size, count, context in
            guard let data, let context else { return Int(CURL_READFUNC_ABORT) }
            let room = UnsafeMutableRawBufferPointer(start: data, count: size * count)
            switch Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue().exchange.takeUpload(into: room) {
            case .bytes(let count): return count
            case .pause: return Int(CURL_READFUNC_PAUSE)
            case .end: return 0
            case .abort: return Int(CURL_READFUNC_ABORT)
            }
        }
    }

    private func receiveHeader(_ bytes: UnsafeRawBufferPointer) {
        // Trailers of a chunked body come here too, after the head.
        guard !headComplete else { return }
        let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        if line.hasPrefix("HTTP/") {
            let words = line.split(separator: " ")
            head = HTTPResponseHead(status: words.count > 1 ? Int(words[1]) ?? 0 : 0)
        } else if line.isEmpty {
            guard let head, head.status >= 200 || head.status == 101 else { return }
            headComplete = true
            exchange.deliver(head)
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            head?.fields[line[..<colon].lowercased()] = String(value)
        }
    }

    /// What libcurl's verdict means for the caller (https://curl.se/libcurl/c/libcurl-errors.html).
    func result(of code: CURLcode) -> Result<Void, DockerError> {
        if code == CURLE_OK {
            // libcurl takes a connection that closes within the head for a complete answer without a body.
            return headComplete ? .success(()) : .failure(exchange.error(.replyLost, "the connection closed within the head"))
        }
        let own = String(cString: errorText)
        let text = own.isEmpty ? String(cString: ccurl_easy_strerror(code)) : own
        if headComplete {
            return .failure(exchange.error(code == CURLE_OPERATION_TIMEDOUT ? .replyLost : .truncated, text))
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: return .failure(exchange.error(.unreachable(.other), text))
        case CURLE_COULDNT_CONNECT: return .failure(exchange.error(.unreachable(connectFailure), place(text)))
        case CURLE_URL_MALFORMAT: return .failure(exchange.error(.unsupportedHost, text))
        case CURLE_OPERATION_TIMEDOUT where easy.requestSize == 0: return .failure(exchange.error(.unreachable(.timeout), text))
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2:
            return .failure(exchange.error(.protocolViolation, text))
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_INITFAILED:
            return .failure(exchange.error(.tls, text))
        default:
            // 18, 52, 55, 56 and the rest: once a byte of the request is out, the engine may have acted.
            return .failure(exchange.error(easy.requestSize > 0 ? .replyLost : .unreachable(.other), text))
        }
    }

    /// The socket and the system's words: libcurl's own text names the host of the URL, which means nothing here.
    private func place(_ text: String) -> String {
        guard let path = exchange.request.unixSocket else { return text }
        return connectFailure == .other && easy.systemError != 0 ? "\(path): \(String(cString: strerror(easy.systemError)))" : path
    }

    private var connectFailure: DockerError.Unreachable {
        switch easy.systemError {
        case ENOENT, ENOTDIR: .socketMissing
        case ECONNREFUSED, ENOTSOCK: .refused
        case EACCES, EPERM: .permission
        case ETIMEDOUT: .timeout
        case EMFILE, ENFILE: .noDescriptor
        default: .other
        }
    }
}
