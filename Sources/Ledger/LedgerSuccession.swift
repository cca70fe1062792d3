import Glibc

/// The group's lock, held to put a ledger that can't be used away whole and to begin the one that follows it.
///
/// Nothing is deleted: the files are moved together into a directory beside them. Cut off at any moment, it leaves either
/// the old ledger, or a state that is refused by all and that the next succession finishes.
public final class LedgerSuccession: Sendable {
    public let location: LedgerLocation
    private let lock: GroupLock

    private init(location: LedgerLocation, lock: GroupLock) {
        self.location = location
        self.lock = lock
    }

    /// Takes the group's lock without opening its ledger; it is released with the value.
    ///
    /// - Throws: `LedgerError`: `.busy` when another process has the lock, `.readOnly`, `.full` or `.io`.
    public static func begin(directory: String, path: String? = nil, holder: LockHolder) throws(LedgerError) -> LedgerSuccession {
        let location = LedgerLocation(directory: directory, path: path)
        return LedgerSuccession(location: location, lock: try location.lock(holder))
    }

    /// Moves what an earlier succession had still to move when it was cut off.
    /// - Returns: where the old database is now; `nil` when it is still, or again, in its place.
    public func finishMoving() throws(LedgerError) -> String? {
        guard let destination = unfinished(Self.marker(beside: location.path)), exists("\(destination)/\(fileName)") else { return nil }
        try moveAll(to: destination)
        return "\(destination)/\(fileName)"
    }

    /// Moves the ledger away and publishes a new one that begins with the events `successor` makes.
    ///
    /// - parameter time: RFC 3339 in UTC; part of the directory's name.
    /// - parameter successor: gets the directory the old ledger goes to.
    /// - Returns: that directory.
    /// - Throws: `LedgerError` when files can't be moved or made, and what `successor` throws, before anything was moved.
    public func setAside(at time: String, successor: (String) throws -> [EventDraft]) throws -> String {
        let marker = Self.marker(beside: location.path)
        let destination = unfinished(marker) ?? fresh(time)
        let drafts = try successor(destination)
        try mark(marker, destination)
        try moveAll(to: destination)
        try Connection.create(location.path, beginningWith: drafts)
        unlink(marker)
        return destination
    }

    private func moveAll(to destination: String) throws(LedgerError) {
        // The database first: a write-ahead log without one is refused, while a database without its log looks whole.
        for (suffix, name) in [("", ""), ("-wal", "-wal"), ("-shm", "-shm"), ("-journal", "-journal"), ("-head", "-head-then")] {
            try move(location.path + suffix, to: "\(destination)/\(fileName)\(name)")
        }
        try Connection.syncDirectory(of: "\(destination)/\(fileName)")
    }

    /// The link that names the directory while a succession is under way.
    static func marker(beside path: String) -> String {
        path + "-set-aside"
    }

    private var fileName: String { location.path.split(separator: "/").last.map(String.init) ?? location.path }
    private var home: String { Connection.directory(of: location.path) }

    /// Where a succession that was cut off has begun to put things; `nil` when there was none, or it only failed to say so.
    private func unfinished(_ marker: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(marker, &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        let name = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Both at once: the new ledger had been published, and what is damaged now is that one.
        let isOver = exists("\(home)/\(name)/\(fileName)") && exists(location.path)
        if isOver { unlink(marker) }
        return isOver ? nil : "\(home)/\(name)"
    }

    private func fresh(_ time: String) -> String {
        let stamp = String(time.prefix(19).map { $0 == ":" ? "-" : $0 }) + "Z"
        let first = "\(home)/set-aside-\(stamp)"
        var name = first
        var number = 1
        while exists(name) {
            number += 1
            name = "\(first)-\(number)"
        }
        return name
    }

    private func mark(_ marker: String, _ destination: String) throws(LedgerError) {
        guard mkdir(destination, 0o700) == 0 || errno == EEXIST else {
            throw LedgerError(errno: errno, doing: "can't make the directory", path: destination)
        }
        let name = destination.split(separator: "/").last.map(String.init) ?? destination
        guard symlink(name, marker) == 0 || errno == EEXIST else { throw LedgerError(errno: errno, doing: "can't make", path: marker) }
        try Connection.syncDirectory(of: location.path)
    }

    private func move(_ path: String, to destination: String) throws(LedgerError) {
        guard rename(path, destination) != 0, errno != ENOENT else { return }
        throw LedgerError(errno: errno, doing: "can't move to \(destination) the file", path: path)
    }

    private func exists(_ path: String) -> Bool {
        var found = stat()
        return lstat(path, &found) == 0
    }
}

extension LedgerSuccession {
    /// Makes anew what follows from the events, which must be sound: what of the schema is not as it should be, and the projections.
    public func remake() throws(LedgerError) {
        let connection = try Connection.openForWriting(location.path, remakes: true)
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }
}
