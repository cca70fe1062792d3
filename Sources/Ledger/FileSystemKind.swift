import CSQLite

/// What kind of file system a ledger is to lie on, as far as that matters to it.
public enum FileSystemKind: Sendable, Equatable {
    case disk
    /// In memory: what is synced there is gone with the machine's next start.
    case memory
    /// Shared between machines. A write-ahead log needs memory that all its processes share, so it must not be there
    /// (https://www.sqlite.org/wal.html, "Overview"), and their locks are often no locks
    /// (https://www.sqlite.org/howtocorrupt.html, section 2.1).
    case network(String)

    /// The kind at `path`; a path that can't be asked about counts as a disk, and fails where it is used.
    public init(at path: String) {
        self.init(magic: csqlite_file_system(path))
    }

    /// - parameter magic: `f_type` of statfs(2). FUSE is not told apart: it may be as local as any.
    init(magic: UInt32) {
        self =
            switch magic {
            case 0x0102_1994, 0x8584_58F6: .memory
            case 0x6969: .network("NFS")
            case 0xFE53_4D42, 0xFF53_4D42, 0x517B: .network("SMB")
            case 0x0102_1997: .network("9p")
            case 0x5346_414F, 0x6B41_4653: .network("AFS")
            case 0x00C3_6400: .network("Ceph")
            default: .disk
            }
    }

    /// - Throws: `.io` for a network's file system: a ledger there could be damaged without anybody noticing.
    func checkIsLocal(_ directory: String) throws(LedgerError) {
        guard case .network(let name) = self else { return }
        throw LedgerError(
            .io, "the ledger can't be kept in \(directory): that is on \(name), where SQLite's log and locks are not safe.",
            next: "Keep it on a disk of this machine: MINIBOSS_LEDGER=/some/where/ledger.sqlite")
    }
}
