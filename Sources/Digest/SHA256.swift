/// The SHA-256 digest, fed piece by piece.
///
/// Digests are 32 bytes. Follows FIPS 180-4, section 6.2: https://doi.org/10.6028/NIST.FIPS.180-4
public struct SHA256: Sendable {
    /// The length of a digest in bytes.
    public static let byteCount = 32
    /// The length of a block in bytes, as HMAC needs it.
    public static let blockByteCount = 64

    private var state = SIMD8<UInt32>(
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
    private var pending: [UInt8] = []
    private var byteCount: UInt64 = 0

    public init() {}

    /// The digest of `bytes` in one go.
    public static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var digest = SHA256()
        digest.update(bytes)
        return digest.finalize()
    }

    /// Adds bytes to the message.
    public mutating func update(_ bytes: some Sequence<UInt8>) {
        let fed: Void? = bytes.withContiguousStorageIfAvailable { absorb($0) }
        if fed == nil {
            Array(bytes).withUnsafeBufferPointer { absorb($0) }
        }
    }

    /// The digest of everything added so far; more may be added afterwards.
    public func finalize() -> [UInt8] {
        var last = self
        let bitCount = byteCount &* 8
        let zeros = (119 - Int(byteCount % 64)) % 64
        var padding: [UInt8] = [0x80]
        padding.append(contentsOf: repeatElement(0, count: zeros))
        for shift in stride(from: 56, through: 0, by: -8) {
            padding.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
        }
        last.update(padding)
        var digest: [UInt8] = []
        digest.reserveCapacity(Self.byteCount)
        for index in 0..<8 {
            for shift in stride(from: 24, through: 0, by: -8) {
                digest.append(UInt8(truncatingIfNeeded: last.state[index] >> UInt32(shift)))
            }
        }
        return digest
    }

    private mutating func absorb(_ bytes: UnsafeBufferPointer<UInt8>) {
        byteCount &+= UInt64(bytes.count)
        var offset = 0
        if !pending.isEmpty {
            offset = min(64 - pending.count, bytes.count)
            pending.append(contentsOf: bytes[..<offset])
            guard pending.count == 64 else { return }
            let block = pending
            pending.removeAll(keepingCapacity: true)
            block.withUnsafeBufferPointer { compress($0, at: 0) }
        }
        while bytes.count - offset >= 64 {
            compress(bytes, at: offset)
            offset += 64
        }
        pending.append(contentsOf: bytes[offset...])
    }

    private mutating func compress(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) {
        let start = state
        state = withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
            for index in 0..<16 {
                let base = offset &+ index &* 4
                schedule[index] =
                    UInt32(bytes[base]) << 24 | UInt32(bytes[base &+ 1]) << 16 | UInt32(bytes[base &+ 2]) << 8
                    | UInt32(bytes[base &+ 3])
            }
            for index in 16..<64 {
                let near = schedule[index &- 2]
                let far = schedule[index &- 15]
                let nearMix = near.rotated(17) ^ near.rotated(19) ^ (near >> 10)
                let farMix = far.rotated(7) ^ far.rotated(18) ^ (far >> 3)
                schedule[index] = schedule[index &- 16] &+ farMix &+ schedule[index &- 7] &+ nearMix
            }
            return Self.rounds(start, schedule)
        }
    }

    private static func rounds(_ start: SIMD8<UInt32>, _ schedule: UnsafeMutableBufferPointer<UInt32>) -> SIMD8<UInt32> {
        var (a, b, c, d) = (start[0], start[1], start[2], start[3])
        var (e, f, g, h) = (start[4], start[5], start[6], start[7])
        roundConstants.withUnsafeBufferPointer { constants in
            for index in 0..<64 {
                let choice = (e & f) ^ (~e & g)
                let mixE = e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)
                let first = h &+ mixE &+ choice &+ constants[index] &+ schedule[index]
                let majority = (a & b) ^ (a & c) ^ (b & c)
                let mixA = a.rotated(2) ^ a.rotated(13) ^ a.rotated(22)
                (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ mixA &+ majority)
            }
        }
        return start &+ SIMD8(a, b, c, d, e, f, g, h)
    }

    // The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let roundConstants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}

extension UInt32 {
    fileprivate func rotated(_ count: UInt32) -> UInt32 {
        (self &>> count) | (self &<< (32 &- count))
    }
}
