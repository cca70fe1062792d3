internal import Files
internal import Glibc

/// The file system calls the launcher needs, each retried when a signal cuts it off.
enum Disk {
    /// A call that failed.
    struct Failure: Error, Equatable {
        /// A value of `errno`.
        let code: Int32

        /// In the system's words, for the codes people meet in their own terms.
        var reason: String { Self.reason(code) }

        static func reason(_ code: Int32) -> String {
            switch code {
            case ENOENT: "there is no such file"
            case EISDIR: "it is a directory"
            case ENOEXEC: "it is no regular file"
            default: String(cString: strerror(code))
            }
        }
    }

    struct Status: Equatable {
        let isRegular: Bool
        let isDirectory: Bool
        let owner: UInt32
        let permissions: UInt32
        let size: Int64
        /// Nanoseconds since 1970.
        let modified: Int64
    }

    static func status(_ path: String) -> Status? {
        var info = stat()
        return stat(path, &info) == 0 ? Status(info) : nil
    }

    /// Where a link leads in the end; `nil` for what is no link, or leads nowhere.
    static func linkTarget(_ path: String) -> String? {
        var info = stat()
        guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFLNK, let target = realpath(path, nil) else { return nil }
        defer { free(target) }
        return String(cString: target)
    }

    static func isExecutable(_ path: String) -> Bool {
        status(path)?.isRegular == true && access(path, X_OK) == 0
    }

    /// - Throws: also for what is no regular file: a FIFO would block, a device never end.
    static func read(_ path: String) throws(Failure) -> [UInt8] {
        let file = retrying { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard file >= 0 else { throw Failure(code: errno) }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0 else { throw Failure(code: errno) }
        let status = Status(info)
        guard status.isRegular else { throw Failure(code: status.isDirectory ? EISDIR : ENOEXEC) }
        var bytes = [UInt8](repeating: 0, count: Int(status.size) + 1)
        var length = 0
        while true {
            if length == bytes.count { bytes += [UInt8](repeating: 0, count: length) }
            let count = bytes.withUnsafeMutableBytes { buffer in
                retrying { Glibc.read(file, buffer.baseAddress?.advanced(by: length), buffer.count - length) }
            }
            guard count >= 0 else { throw Failure(code: errno) }
            guard count > 0 else { return Array(bytes[..<length]) }
            length += count
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let file = retrying { open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600) }
        guard file >= 0 else { throw Failure(code: errno) }
        defer { close(file) }
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                retrying { Glibc.write(file, buffer.baseAddress?.advanced(by: offset), buffer.count - offset) }
            }
            guard count > 0 else { throw Failure(code: errno) }
            offset += count
        }
    }

    static func synchronise(_ path: String) {
        let file = retrying { open(path, O_RDONLY | O_CLOEXEC) }
        guard file >= 0 else { return }
        fsync(file)
        close(file)
    }

    /// Makes the directory and those above it, for the user alone.
    static func makeDirectories(_ path: String) throws(Failure) {
        if mkdir(path, 0o700) == 0 { return }
        let code = errno
        if status(path)?.isDirectory == true { return }
        guard code == ENOENT, path != "/" else { throw Failure(code: code) }
        try makeDirectories(directory(of: path))
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw Failure(code: errno) }
    }

    /// A new directory, of which the name begins so and goes on at random; only its owner may look into it. See mkdtemp(3).
    static func makeTemporaryDirectory(_ prefix: String) throws(Failure) -> String {
        var name = Array("\(prefix).XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { throw Failure(code: errno) }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    static func rename(_ from: String, to destination: String) throws(Failure) {
        guard Glibc.rename(from, destination) == 0 else { throw Failure(code: errno) }
    }

    static func names(in directory: String) throws(Failure) -> [String] {
        do throws(FileFault) { return try directoryNames(directory) } catch { throw Failure(code: error.code) }
    }

    /// Removes what can be removed; links are not followed.
    static func removeTree(_ path: String) {
        if unlink(path) == 0 { return }
        for name in (try? names(in: path)) ?? [] { removeTree("\(path)/\(name)") }
        rmdir(path)
    }

    static func resolved(_ path: String) -> String {
        guard let buffer = realpath(path, nil) else { return path }
        defer { free(buffer) }
        return String(cString: buffer)
    }

    static func absolute(_ path: String, in directory: String) -> String {
        var parts: [Substring] = []
        for part in (path.hasPrefix("/") ? path : "\(directory)/\(path)").split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    private static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}

extension Disk.Status {
    fileprivate init(_ info: stat) {
        isRegular = info.st_mode & S_IFMT == S_IFREG
        isDirectory = info.st_mode & S_IFMT == S_IFDIR
        owner = info.st_uid
        permissions = info.st_mode & 0o7777
        size = Int64(info.st_size)
        modified = Int64(info.st_mtim.tv_sec) * 1_000_000_000 + Int64(info.st_mtim.tv_nsec)
    }
}
