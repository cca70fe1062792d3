import Glibc

/// An exclusive `flock` on the database itself, whatever name it was opened by.
///
/// The group's lock is a file beside the database. A hard link to the database in another directory has another beside it, and
/// a write-ahead log of its own as well: two writers would destroy it (https://www.sqlite.org/howtocorrupt.html, 2.5). SQLite's
/// own locks are those of fcntl(2), which flock(2) leaves alone; but closing any descriptor of the file ends them, so this one is
/// opened before SQLite opens the database and closed after SQLite has closed it.
final class DatabaseLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `LedgerError` with `.busy` when the database is at work under another name. That it can't be opened is none:
    ///   whoever opens it next says so better.
    init?(path: String) throws(LedgerError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno != EINTR else { continue }
            // A file system without such locks has the group's lock all the same.
            guard errno == EWOULDBLOCK else { return }
            throw LedgerError(
                .busy(nil),
                "another miniboss is at work on the ledger \(path) under another name of the same file (a hard link).",
                next: "Give each group a ledger of its own: copy the file instead of linking it.")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }
}
