import Glibc

/// Shows that a run lives although it let go of the group's lock: a file of its own, `run-8`, on which the kernel's lock is
/// held until `remove()` or the process's end.
public final class RunMark: Sendable {
    private let location: LedgerLocation
    private let run: Int
    private let lock: GroupLock

    /// - Throws: `LedgerError`: `.busy` when another process has marked the same run, and what a directory can do.
    public init(_ location: LedgerLocation, run: Int, holder: LockHolder) throws(LedgerError) {
        self.location = location
        self.run = run
        lock = try GroupLock.acquire(path: location.markPath(run), holder: holder)
    }

    /// Leaves a text for whoever records the end of this run; it is on the disk when this returns.
    public func leave(_ text: [UInt8]) throws(LedgerError) {
        let path = location.lastWordsPath(run)
        // Whole or not at all: the process may be killed between any two calls.
        let draft = path + "~"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LedgerError(errno: errno, doing: "can't write", path: draft) }
        defer { close(descriptor) }
        let count = text.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count == text.count, fsync(descriptor) == 0, rename(draft, path) == 0 else {
            throw LedgerError(errno: errno, doing: "can't write", path: path)
        }
        // The name, too.
        try Connection.syncDirectory(of: path)
    }

    /// The run needs to be shown no more.
    public func remove() { location.removeMark(of: run) }
}

extension LedgerLocation {
    fileprivate func markPath(_ run: Int) -> String { "\(directory)/run-\(run)" }
    fileprivate func lastWordsPath(_ run: Int) -> String { "\(directory)/run-\(run).end" }

    /// Whether the process of a run that let go of the lock is alive. For the holder of the group's lock: it tries the mark's.
    public func isMarked(_ run: Int) -> Bool { GroupLock.isHeld(path: markPath(run)) }

    /// What a run left to be recorded; `nil` when it left nothing.
    public func lastWords(of run: Int) -> [UInt8]? {
        let descriptor = open(lastWordsPath(run), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        return count > 0 ? Array(bytes[..<count]) : nil
    }

    /// Takes away the mark of a run, and what it left.
    public func removeMark(of run: Int) {
        unlink(lastWordsPath(run))
        unlink(markPath(run))
    }
}
