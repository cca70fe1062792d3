import Digest
import Glibc

/// The newest durable event's place and hash, kept in a file beside the ledger.
///
/// SQLite can't tell a lost or damaged write-ahead log from one that was never written, nor a removed file from none:
/// both would pass for a shorter history. The file is written after the commit, so it is never ahead of the ledger, and
/// without a sync of its own, so that after a loss of power it is at most behind.
final class HeadAnchor {
    private let descriptor: Int32

    /// Opens the file beside the ledger at `path` for keeping; where that can't be done, nothing is kept.
    init(beside path: String) {
        // A pipe in its place is nothing to wait for.
        descriptor = open(Self.path(beside: path), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    static func path(beside path: String) -> String {
        path + "-head"
    }

    /// Keeps `head`. A failure leaves an earlier one, which is still true.
    func keep(_ head: ChainHead) {
        guard descriptor >= 0 else { return }
        // After each commit, so without a string. All of it in one write of one length, so that a kill leaves the old line or the new.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.length) { line in
            var rest = head.seq
            for index in (0..<20).reversed() {
                line[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            line[20] = UInt8(ascii: " ")
            for (index, digit) in Hex.digits(head.hash.prefix(EventHash.byteCount)).enumerated() { line[21 + index] = digit }
            line[Self.length - 1] = UInt8(ascii: "\n")
            _ = pwrite(descriptor, line.baseAddress, Self.length, 0)
        }
    }

    /// Bytes of a line: twenty digits, a space, the hash in hexadecimal and the end of the line.
    private static let length = 20 + 1 + 2 * EventHash.byteCount + 1

    /// What is kept beside the ledger at `path`; `nil` when nothing is, or nothing that can be understood.
    static func read(beside path: String) -> ChainHead? {
        let descriptor = open(Self.path(beside: path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: length)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        let parts = bytes.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") })
        guard count == bytes.count, parts.count == 2, let seq = Int(String(decoding: parts[0], as: UTF8.self)),
            let hash = Hex.decode(String(decoding: parts[1], as: UTF8.self)), hash.count == EventHash.byteCount
        else { return nil }
        return ChainHead(seq: seq, hash: hash)
    }
}

extension Connection {
    /// Checks that the ledger still holds the event that was once its newest.
    ///
    /// - parameter anchor: as it was read before this connection was opened.
    /// - Throws: `LedgerError` with `.tailLost`, or `.chainBroken` when another event stands in its place.
    func check(_ anchor: ChainHead?) throws(LedgerError) {
        guard let anchor, let fault = try fault(against: anchor, last: integer("SELECT max(seq) FROM events")) else { return }
        guard case .lost = fault.flaw else { throw LedgerError(chainBrokenAt: anchor.seq, path: path) }
        let last = fault.seq - 1
        let kept = HeadAnchor.path(beside: path)
        throw LedgerError(
            .tailLost(last: last, known: anchor.seq),
            "the newest events of the ledger at \(path) are gone: it ends with event \(last), but \(anchor.seq) were written, so "
                + "event \(last + 1) is the first that is missing.",
            next: "\(LedgerError.mend(path)) If it is a backup that you restored, "
                + "remove \(kept) to go on from it.")
    }

    /// How the ledger fails to hold the event that was once its newest.
    func fault(against anchor: ChainHead?, last: Int) throws(LedgerError) -> ChainReport.Fault? {
        guard let anchor else { return nil }
        let found = try rows(
            "SELECT hash FROM events WHERE seq = ?1", bind: { (statement) throws(LedgerError) in try statement.bind(anchor.seq, at: 1) },
            as: { (row) throws(LedgerError) in row.optionalBytes(0) ?? [] })
        if found.first == anchor.hash { return nil }
        return found.isEmpty
            ? ChainReport.Fault(seq: last + 1, flaw: .lost(known: anchor.seq)) : ChainReport.Fault(seq: anchor.seq, flaw: .hash)
    }
}
