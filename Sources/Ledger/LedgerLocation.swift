import Glibc

/// Where a group's ledger and lock are.
public struct LedgerLocation: Sendable, Equatable {
    /// The group's directory, `.miniboss/<group>`.
    public let directory: String
    /// The database.
    public let path: String
    /// The file on which the group's lock is held.
    public var lockPath: String { directory + "/lock" }

    private let isElsewhere: Bool

    /// - parameter path: where the database is when it is not in the directory, as `MINIBOSS_LEDGER` says.
    public init(directory: String, path: String? = nil) {
        self.directory = directory
        self.path = path ?? directory + "/ledger.sqlite"
        isElsewhere = path != nil
    }

    /// Every lock that a writer needs: two groups could have been pointed to the same database.
    var lockPaths: [String] {
        isElsewhere ? [lockPath, path + "-lock"] : [lockPath]
    }

    /// Takes every lock of a writer, and makes the directories that are lacking.
    func lock(_ holder: LockHolder) throws(LedgerError) -> [GroupLock] {
        try prepare()
        var locks: [GroupLock] = []
        for path in lockPaths {
            locks.append(try GroupLock.acquire(path: path, holder: holder))
        }
        return locks
    }

    /// Makes the directories that are lacking, for the owner only, and one that git leaves alone.
    func prepare() throws(LedgerError) {
        try Self.makeDirectory(directory)
        if isElsewhere, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try Self.makeDirectory(String(path[..<slash]))
        }
        let ignore = directory + "/.gitignore"
        let descriptor = open(ignore, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return }
            throw LedgerError(errno: errno, doing: "can't write", path: ignore)
        }
        defer { close(descriptor) }
        guard write(descriptor, "*\n", 2) == 2 else {
            throw LedgerError(errno: errno, doing: "can't write", path: ignore)
        }
    }

    private static func makeDirectory(_ path: String) throws(LedgerError) {
        guard mkdir(path, 0o700) != 0 else { return }
        var number = errno
        if number == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeDirectory(String(path[..<slash]))
            guard mkdir(path, 0o700) != 0 else { return }
            number = errno
        }
        guard number == EEXIST else { throw LedgerError(errno: number, doing: "can't make the directory", path: path) }
    }
}
