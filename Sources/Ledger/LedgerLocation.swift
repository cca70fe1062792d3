import Glibc

/// Where a group's ledger and lock are.
public struct LedgerLocation: Sendable, Equatable {
    /// Where what belongs to the ledger is: the group's directory, `.miniboss/<group>`, or of a ledger that is elsewhere one
    /// beside it, so that nothing has to be written at the definition.
    public let directory: String
    /// The database.
    public let path: String
    /// The file on which the lock is held. Two groups pointed to the same database share it.
    public var lockPath: String { directory + "/lock" }

    /// - parameter path: where the database is when it is not in the group's directory, as `MINIBOSS_LEDGER` says.
    public init(directory: String, path: String? = nil) {
        self.directory = path.map(Self.directory(of:)) ?? directory
        self.path = path ?? directory + "/ledger.sqlite"
    }

    /// The same for each way to write where the database is: there is one lock for it.
    private static func directory(of path: String) -> String {
        let real = resolved(path)
        let parts = real.split(separator: "/", omittingEmptySubsequences: false)
        // The group's own ledger, named by its path.
        guard parts.count > 3, parts.last == "ledger.sqlite", parts[parts.count - 3] == ".miniboss" else { return real + ".d" }
        return parts.dropLast().joined(separator: "/")
    }

    /// The path without symbolic links; of what does not exist yet, that of its directory.
    private static func resolved(_ path: String) -> String {
        func real(_ path: String) -> String? {
            guard let place = realpath(path, nil) else { return nil }
            defer { free(place) }
            return String(cString: place)
        }
        if let whole = real(path) { return whole }
        guard let slash = path.lastIndex(of: "/"), let directory = real(String(path[...slash])) else { return path }
        return (directory == "/" ? "" : directory) + path[slash...]
    }

    /// Bytes of the database and its log; 0 when there is none.
    public var bytes: Int64 { LedgerFile.size(of: path) + LedgerFile.size(of: path + "-wal") }

    /// Whether it is known elsewhere which event is the newest; without that, nobody can tell that the last ones were cut off.
    public var hasHead: Bool { HeadAnchor.read(beside: path) != nil }

    /// Whether what lies beside `path` tells of a ledger of ours: what was put there by others is not to be moved away.
    public var hasTraces: Bool {
        let traces: [String] = [HeadAnchor.path(beside: path), LedgerSuccession.marker(beside: path)]
        return traces.contains { (trace: String) in
            var info = stat()
            return lstat(trace, &info) == 0
        }
    }

    /// Takes the writer's lock, and makes the directories that are lacking.
    func lock(_ holder: LockHolder) throws(LedgerError) -> GroupLock {
        try prepare()
        try FileSystemKind(at: directory).checkIsLocal(directory)
        return try GroupLock.acquire(path: lockPath, holder: holder)
    }

    /// Makes the directories that are lacking, for the owner only, and one that git leaves alone.
    func prepare() throws(LedgerError) {
        if let obstruction = LedgerError(obstructing: path) { throw obstruction }
        try Self.makeDirectory(directory)
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
        guard number == EEXIST else {
            let error = LedgerError(errno: number, doing: "can't make the directory", path: path)
            guard error.code == .readOnly else { throw error }
            // Nothing is there yet: it may as well be at another place.
            throw LedgerError(
                .readOnly, error.finding,
                next: "Make that place writable, or keep the ledger at another: MINIBOSS_LEDGER=/some/where/ledger.sqlite")
        }
    }
}
