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
        var encoding = Encoding()
        encoding.bytes = previousHash ?? Array(repeating: 0, count: byteCount)
        encoding.bytes.reserveCapacity(256 + draft.body.utf8.count)
        encoding.append(Int64(seq))
        encoding.append(Int64(draft.run))
        encoding.append(draft.at)
        encoding.append(draft.monoNs)
        encoding.append(draft.service)
        encoding.append(draft.type)
        encoding.append(Int64(draft.version))
        encoding.append(draft.body)
        encoding.append(draft.operation)
        return SHA256.hash(encoding.bytes)
    }

    /// Values one after another, each behind its length.
    struct Encoding {
        var bytes: [UInt8] = []

        mutating func append(_ text: String?) {
            guard let text else { return appendWord(.max) }
            appendWord(UInt64(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        }

        mutating func append(_ number: Int64) {
            appendWord(8)
            appendWord(UInt64(bitPattern: number))
        }

        mutating func append(_ blob: [UInt8]) {
            appendWord(UInt64(blob.count))
            bytes.append(contentsOf: blob)
        }

        private mutating func appendWord(_ word: UInt64) {
            withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
        }
    }
}
