/// Bytes to send, produced when asked for: a build context, a tar archive.
public struct ByteStream: Sendable {
    /// The next piece; nil at the end. Called by one task at a time.
    let next: @Sendable () async throws(DockerError) -> [UInt8]?

    public init(next: @escaping @Sendable () async throws(DockerError) -> [UInt8]?) {
        self.next = next
    }
}
