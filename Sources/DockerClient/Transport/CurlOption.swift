import CCurl

/// An option of an easy handle together with the type libcurl reads for it, so that a wrong one cannot be spelled.
struct CurlOption<Value> {
    let raw: CURLoption

    init(_ raw: CURLoption) {
        self.raw = raw
    }
}

extension CurlOption<String> {
    static var url: Self { Self(CURLOPT_URL) }
    static var method: Self { Self(CURLOPT_CUSTOMREQUEST) }
    static var unixSocket: Self { Self(CURLOPT_UNIX_SOCKET_PATH) }
    static var protocols: Self { Self(CURLOPT_PROTOCOLS_STR) }
    static var noProxy: Self { Self(CURLOPT_NOPROXY) }
    static var authority: Self { Self(CURLOPT_CAINFO) }
    static var certificate: Self { Self(CURLOPT_SSLCERT) }
    static var key: Self { Self(CURLOPT_SSLKEY) }
}

extension CurlOption<Int> {
    static var noSignal: Self { Self(CURLOPT_NOSIGNAL) }
    static var noBody: Self { Self(CURLOPT_NOBODY) }
    static var post: Self { Self(CURLOPT_POST) }
    static var upload: Self { Self(CURLOPT_UPLOAD) }
    static var connectTimeoutMilliseconds: Self { Self(CURLOPT_CONNECTTIMEOUT_MS) }
    static var timeoutMilliseconds: Self { Self(CURLOPT_TIMEOUT_MS) }
    /// Bytes a second below which a transfer counts as standing still, and for how many seconds it may.
    static var lowSpeedLimit: Self { Self(CURLOPT_LOW_SPEED_LIMIT) }
    static var lowSpeedSeconds: Self { Self(CURLOPT_LOW_SPEED_TIME) }
    static var httpVersion: Self { Self(CURLOPT_HTTP_VERSION) }
    static var freshConnect: Self { Self(CURLOPT_FRESH_CONNECT) }
    static var forbidReuse: Self { Self(CURLOPT_FORBID_REUSE) }
    static var pathAsIs: Self { Self(CURLOPT_PATH_AS_IS) }
    static var verifyPeer: Self { Self(CURLOPT_SSL_VERIFYPEER) }
    static var verifyHost: Self { Self(CURLOPT_SSL_VERIFYHOST) }
    static var connectOnly: Self { Self(CURLOPT_CONNECT_ONLY) }
}

/// An easy handle; used by one thread only.
struct CurlHandle {
    let raw: UnsafeMutableRawPointer

    func set(_ option: CurlOption<String>, _ value: String) {
        _ = ccurl_set_string(raw, option.raw, value)
    }

    func set(_ option: CurlOption<Int>, _ value: Int) {
        _ = ccurl_set_long(raw, option.raw, value)
    }

    func configure(_ tls: TLSIdentity) {
        if let authority = tls.authority { set(.authority, authority) }
        if let certificate = tls.certificate { set(.certificate, certificate) }
        if let key = tls.key { set(.key, key) }
        set(.verifyPeer, tls.verifies ? 1 : 0)
        set(.verifyHost, tls.verifies ? 2 : 0)
    }

    /// The system's error number of the last failed connect, 0 when there was none.
    var systemError: Int32 {
        var value = 0
        _ = ccurl_get_long(raw, CURLINFO_OS_ERRNO, &value)
        return Int32(truncatingIfNeeded: value)
    }

    /// Bytes of the request written to the socket, its head included.
    var requestSize: Int {
        var value = 0
        _ = ccurl_get_long(raw, CURLINFO_REQUEST_SIZE, &value)
        return value
    }
}
