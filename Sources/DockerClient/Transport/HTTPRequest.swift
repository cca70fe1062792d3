/// One request as the transport sees it: an address, bytes and limits.
struct HTTPRequest: Sendable {
    enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// Sent chunked, as the length is not known.
        case stream(ByteStream)
    }

    var method: String
    var url: String
    /// `METHOD /path` as errors name it.
    var endpoint: String
    var headers: [(name: String, value: String)] = []
    var body = Body.none
    /// Path of the socket to connect to instead of the URL's host; at most 107 bytes.
    var unixSocket: String?
    var tls: TLSIdentity?
    var connectTimeout = Duration.seconds(10)
    /// From submission to the last byte; nil for streams.
    var deadline: Duration?
    /// From submission to the response head; nil when the engine may think as long as it likes.
    var headDeadline: Duration?
    /// Without a byte in either direction; whole seconds.
    var quietLimit: Duration?
    /// Leave nothing in the pool, take nothing from it.
    var isolated = false

    var isIdempotent: Bool { method == "GET" || method == "HEAD" }
}

/// Status and header fields of a response; field names are lowercased.
struct HTTPResponseHead: Sendable, Equatable {
    var status: Int
    var fields: [String: String] = [:]

    subscript(_ name: String) -> String? { fields[name.lowercased()] }
}

struct HTTPResponse: Sendable {
    let head: HTTPResponseHead
    let body: HTTPBody
}

/// Files for `https`, and whether the engine's certificate is checked.
public struct TLSIdentity: Sendable, Equatable {
    public var authority: String?
    public var certificate: String?
    public var key: String?
    public var verifies: Bool
}
