/// The bytes of a response as they arrive, at most about 1 MiB ahead of the reader.
///
/// One reader. Dropping the sequence and its iterators before the end cancels the transfer.
public struct HTTPBody: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = DockerError

    let lease: HTTPBodyLease

    init(exchange: CurlExchange) {
        lease = HTTPBodyLease(exchange: exchange)
    }

    public func makeAsyncIterator() -> Iterator { Iterator(lease: lease) }

    public struct Iterator: AsyncIteratorProtocol {
        let lease: HTTPBodyLease

        public mutating func next() async throws(DockerError) -> [UInt8]? {
            try await lease.exchange.nextChunk()
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(DockerError) -> [UInt8]? {
            try await lease.exchange.nextChunk()
        }
    }

    /// All bytes to the end.
    ///
    /// - Parameters:
    ///   - limit: in bytes; a longer body is an error.
    ///   - excess: that error, where it is not the engine that is to blame.
    /// - Throws: beyond the limit `excess`, else `.protocolViolation`; or what broke the transfer.
    func collect(limit: Int = 64 << 20, excess: DockerError? = nil) async throws(DockerError) -> [UInt8] {
        var all: [UInt8] = []
        while let chunk = try await lease.exchange.nextChunk() {
            guard all.count + chunk.count <= limit else {
                throw excess ?? lease.exchange.error(.protocolViolation, "more than \(limit) bytes in answer")
            }
            all += chunk
        }
        return all
    }

    /// The first bytes of an error's body; what breaks it off does not matter any more.
    func excerpt(limit: Int = 1 << 20) async -> [UInt8] {
        var all: [UInt8] = []
        while all.count < limit {
            guard let chunk = try? await lease.exchange.nextChunk() else { break }
            all += chunk
        }
        return Array(all.prefix(limit))
    }
}

/// Ends the transfer with the last reference to its body.
final class HTTPBodyLease: Sendable {
    let exchange: CurlExchange

    init(exchange: CurlExchange) {
        self.exchange = exchange
    }

    deinit {
        exchange.cancel()
    }
}
