import Files

/// Where the engine is: a Unix socket, or TCP with or without TLS.
public struct DockerHost: Sendable, Equatable, CustomStringConvertible {
    enum Address: Sendable, Equatable {
        case unix(path: String)
        /// `authority` is `host:port`, `prefix` a path without a final slash.
        case tcp(authority: String, prefix: String, tls: TLSIdentity?)
    }

    let address: Address
    /// As the user wrote it: `unix:///var/run/docker.sock`.
    public let description: String

    public static let standard = DockerHost(address: .unix(path: "/var/run/docker.sock"), description: "unix:///var/run/docker.sock")

    /// How a connection over TCP is secured.
    public enum Security: Sendable {
        case plain
        /// TLS without a certificate of one's own.
        case anonymous
        case identified
    }

    /// `nil` for a Unix socket.
    public var security: Security? {
        guard case .tcp(_, _, let tls) = address else { return nil }
        return tls.map { $0.certificate == nil ? .anonymous : .identified } ?? .plain
    }

    /// The socket's path, when the engine is behind one.
    public var socketPath: String? {
        if case .unix(let path) = address { return path }
        return nil
    }

    /// Where the ports that containers publish are reached: this machine, or the engine's.
    ///
    /// `127.0.0.1`, not `localhost`: that may be `::1` first, where no container port is published.
    public var publishedHost: String {
        guard case .tcp(let authority, _, _) = address else { return "127.0.0.1" }
        let host = authority.prefix(upTo: authority.lastIndex(of: ":") ?? authority.endIndex)
        return host == "localhost" ? "127.0.0.1" : String(host.drop { $0 == "[" }.prefix { $0 != "]" })
    }

    /// Reads a host as `DOCKER_HOST` has it.
    ///
    /// - Parameters:
    ///   - text: `unix:///path` (at most 107 bytes of path), `tcp://host[:port][/prefix]`, `http://…` or `https://…`.
    ///   - tls: used with `tcp` and `https`; the port defaults to 2376 with it and to 2375 without.
    /// - Throws: `.unsupportedHost` for `ssh`, `fd`, `npipe` and what is malformed, with what to do instead.
    public init(_ given: String, tls: TLSIdentity? = nil) throws(DockerError) {
        let text = Self.shown(given)
        guard let separator = text.firstRange(of: "://") else {
            throw DockerError(.unsupportedHost, message: "`\(text)` has no scheme; write unix:///path or tcp://host:port")
        }
        let rest = text[separator.upperBound...]
        let scheme = text[..<separator.lowerBound].lowercased()
        switch scheme {
        case "unix":
            address = .unix(path: try Self.socketPath(rest, in: text))
        case "tcp", "http", "https":
            let identity = scheme == "https" ? tls ?? TLSIdentity(verifies: true) : scheme == "http" ? nil : tls
            address = try Self.tcp(rest, in: text, tls: identity)
        case "ssh":
            throw DockerError(
                .unsupportedHost,
                message: "`\(text)`: ssh is not spoken here; forward the socket (ssh -L /tmp/docker.sock:/var/run/docker.sock) "
                    + "and set DOCKER_HOST=unix:///tmp/docker.sock")
        case "fd":
            throw DockerError(.unsupportedHost, message: "`\(text)` is an address for the engine to listen at; use its unix:// socket")
        case "npipe":
            throw DockerError(.unsupportedHost, message: "`\(text)`: named pipes exist on Windows only; use a unix:// socket")
        default:
            throw DockerError(.unsupportedHost, message: "`\(text)`: unknown scheme `\(scheme)`; write unix:///path or tcp://host:port")
        }
        description = text
    }

    private init(address: Address, description: String) {
        self.address = address
        self.description = description
    }

    /// Without what people put before the `@` and behind the `?` of an address: no engine takes a password there, but errors and
    /// the ledger would keep it.
    private static func shown(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        let rest = text[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
        let asks = rest.endIndex < text.endIndex ? "?…" : ""
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return text[..<rest.endIndex] + asks }
        return text[..<scheme.upperBound] + "…" + rest[at...] + asks
    }

    private static func socketPath(_ rest: Substring, in text: String) throws(DockerError) -> String {
        guard rest.hasPrefix("/"), rest.count > 1 else {
            throw DockerError(.unsupportedHost, message: "`\(text)` needs an absolute path: unix:///var/run/docker.sock")
        }
        // sockaddr_un has 108 bytes with the final NUL.
        guard rest.utf8.count <= 107 else {
            throw DockerError(.unsupportedHost, message: "the socket's path has \(rest.utf8.count) bytes, the system allows 107: `\(rest)`")
        }
        return String(rest)
    }

    private static func tcp(_ rest: Substring, in text: String, tls: TLSIdentity?) throws(DockerError) -> Address {
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var authority = String(rest[..<slash])
        var prefix = rest[slash...]
        while prefix.last == "/" { prefix = prefix.dropLast() }
        let afterHost: Substring
        if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
            afterHost = authority[authority.index(after: close)...]
        } else {
            afterHost = authority[(authority.firstIndex(of: ":") ?? authority.endIndex)...]
        }
        let host = authority.dropLast(afterHost.count)
        let port = afterHost.isEmpty ? (tls == nil ? 2375 : 2376) : Int(afterHost.dropFirst()) ?? 0
        let strange = authority.contains { $0.isWhitespace || $0 == "@" || $0 == "?" || $0 == "#" }
        guard !host.isEmpty, (1...65535).contains(port), !strange else {
            throw DockerError(.unsupportedHost, message: "`\(text)` is no address; write tcp://host:port")
        }
        if afterHost.isEmpty { authority += ":\(port)" }
        return .tcp(authority: authority, prefix: String(prefix), tls: tls)
    }
}

extension TLSIdentity {
    init(verifies: Bool) {
        self.init(authority: nil, certificate: nil, key: nil, verifies: verifies)
    }

    /// `ca.pem`, `cert.pem` and `key.pem` of a directory, as far as they exist.
    init(directory: String, verifies: Bool) {
        func existing(_ name: String) -> String? {
            let path = directory + "/" + name
            return fileExists(path) ? path : nil
        }
        self.init(authority: existing("ca.pem"), certificate: existing("cert.pem"), key: existing("key.pem"), verifies: verifies)
    }
}
