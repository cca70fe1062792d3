import Glibc

extension LedgerLocation {
    /// What would keep the next run from being recorded, as far as that can be told without writing.
    public enum Obstacle: Sendable, Equatable {
        /// This user may not write at the path, or the file system is mounted read-only.
        case unwritable(path: String)
        /// Something else than a file has the name of one of the ledger's.
        case inTheWay(path: String)
        /// So many bytes are left on the file system.
        case full(bytes: UInt64)
    }

    /// `nil` when nothing stands in the way, and where nothing can be told.
    public var obstacle: Obstacle? {
        let ground = nearestDirectory
        for place in [ground, lockPath, path] where access(place, W_OK) != 0 && [EACCES, EROFS, EPERM].contains(errno) {
            return .unwritable(path: place)
        }
        if let place = ([lockPath] + ["-wal", "-shm", "-head"].map { path + $0 }).first(where: Self.isNoFile) {
            return .inTheWay(path: place)
        }
        var space = statvfs()
        guard statvfs(ground, &space) == 0 else { return nil }
        let (bytes, overflows) = UInt64(space.f_bavail).multipliedReportingOverflow(by: UInt64(space.f_frsize))
        return overflows || bytes >= Self.leastSpace || space.f_blocks == 0 ? nil : .full(bytes: bytes)
    }

    private static func isNoFile(_ path: String) -> Bool {
        var found = stat()
        return stat(path, &found) == 0 && found.st_mode & S_IFMT != S_IFREG
    }

    /// Where the first thing that is lacking would be made.
    private var nearestDirectory: String {
        var place = directory[...]
        while access(String(place), F_OK) != 0, let slash = place.lastIndex(of: "/"), slash != place.startIndex { place = place[..<slash] }
        return String(place)
    }

    /// Bytes of a start of some services: its events, and the log they are written to first.
    private static let leastSpace: UInt64 = 1 << 20
}
