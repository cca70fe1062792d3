import Digest

/// The hash that chains an event to the one before.
///
/// SHA-256 over the previous hash (32 zero bytes for the first event) and then, in the order of the columns, seq, run,
/// at, mono_ns, service, type, version, body and operation, each as an 8-byte big-endian length and its bytes: text as
/// UTF-8, integers as 8 bytes big-endian, NULL as the length 2^64 - 1 alone. The lengths keep two different events
/// from having the same bytes.
enum EventHash {
    static let byteCount = SHA256.byteCount

    static func compute(_ draft: EventDraft, seq: Int, previousHash: [UInt8]?) -> [UInt8] {
        var bytes = previousHash ?? Array(repeating: 0, count: byteCount)
        bytes.reserveCapacity(256 + draft.body.utf8.count)
        append(Int64(seq), to: &bytes)
        append(Int64(draft.run), to: &bytes)
        append(draft.at, to: &bytes)
        append(draft.monoNs, to: &bytes)
        append(draft.service, to: &bytes)
        append(draft.type, to: &bytes)
        append(Int64(draft.version), to: &bytes)
        append(draft.body, to: &bytes)
        append(draft.operation, to: &bytes)
        return SHA256.hash(bytes)
    }

    private static func append(_ text: String?, to bytes: inout [UInt8]) {
        guard let text else { return appendWord(.max, to: &bytes) }
        appendWord(UInt64(text.utf8.count), to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private static func append(_ number: Int64, to bytes: inout [UInt8]) {
        appendWord(8, to: &bytes)
        appendWord(UInt64(bitPattern: number), to: &bytes)
    }

    private static func appendWord(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }
}
