/// The newest event's place and hash: kept elsewhere, it shows later whether the tail was cut off or rewritten.
public struct ChainHead: Sendable, Equatable {
    public let seq: Int
    /// 32 bytes.
    public let hash: [UInt8]

    public init(seq: Int, hash: [UInt8]) {
        self.seq = seq
        self.hash = hash
    }
}
