import Glibc

/// The right to write: an exclusive `flock` on a file of its own, held until `release()` or the process's end.
///
/// Of the database itself, which may have other names, see `DatabaseLock`. See flock(2).
public final class GroupLock: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Takes the lock at `path` or fails at once; the file is made when there is none.
    ///
    /// - Throws: `LedgerError` with `.busy` naming the holder, `.readOnly`, `.full` or `.io`.
    public static func acquire(path: String, holder: LockHolder) throws(LedgerError) -> GroupLock {
        while true {
            var found = stat()
            guard stat(path, &found) != 0 || found.st_mode & S_IFMT == S_IFREG else {
                throw LedgerError(
                    .io, "\(path) should be the group's lock, but it is no regular file.", next: "Move it away and run the command again.")
            }
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw LedgerError(errno: errno, doing: "can't lock", path: path) }
            let lock = GroupLock(descriptor: descriptor)
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let number = errno
                if number == EINTR { continue }
                guard number == EWOULDBLOCK else { throw LedgerError(errno: number, doing: "can't lock", path: path) }
                throw busy(lock.awaitHolder(), path: path)
            }
            // Somebody may have removed the file between open and flock: a lock on a nameless file excludes nobody.
            guard lock.isStill(at: path) else { continue }
            try lock.write(holder, path: path)
            return lock
        }
    }

    /// Who holds the lock at `path`, for a message; `nil` when nobody does or it can't be known.
    public static func holder(path: String) -> LockHolder? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let file = GroupLock(descriptor: descriptor)
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
        return file.awaitHolder()
    }

    /// Whether anyone holds the lock at `path`, found by trying it.
    static func isHeld(path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        let file = GroupLock(descriptor: descriptor)
        return flock(file.descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    private static func busy(_ holder: LockHolder?, path: String) -> LedgerError {
        let who = holder.map { ": `\($0.command)`, pid \($0.pid)" } ?? ""
        return LedgerError(.busy(holder), "another miniboss is at work\(who) (it holds \(path))")
    }

    /// The holder's own words. It writes them right after it got the lock, so those of a dead process are waited out.
    private func awaitHolder() -> LockHolder? {
        for _ in 0..<20 {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
            if count > 0, let holder = LockHolder(json: Array(bytes[..<count])),
                kill(pid_t(truncatingIfNeeded: holder.pid), 0) == 0 || errno == EPERM
            {
                return holder
            }
            usleep(5_000)
        }
        return nil
    }

    private func isStill(at path: String) -> Bool {
        var mine = stat()
        var named = stat()
        return fstat(descriptor, &mine) == 0 && stat(path, &named) == 0 && mine.st_dev == named.st_dev
            && mine.st_ino == named.st_ino
    }

    private func write(_ holder: LockHolder, path: String) throws(LedgerError) {
        let bytes = holder.json
        let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard count == bytes.count, ftruncate(descriptor, off_t(bytes.count)) == 0 else {
            throw LedgerError(errno: errno, doing: "can't lock", path: path)
        }
    }
}
