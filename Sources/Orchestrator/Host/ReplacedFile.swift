package import Glibc

/// A file that is replaced as a whole: a reader finds the old text or the new one, never half of it.
package struct ReplacedFile {
    package let path: String
    /// Whether the new text is on the disk when `write` returns.
    package let isDurable: Bool

    package init(path: String, isDurable: Bool = true) {
        self.path = path
        self.isDurable = isDurable
    }

    package struct Failure: Error {
        /// The system's words.
        package var reason: String

        fileprivate init(_ number: Int32) { reason = String(cString: strerror(number)) }
    }

    /// Writes beside the file and renames; a device or a pipe, which can't be replaced, is written to.
    /// - Throws: `Failure`; the file is then as it was.
    package func write(_ text: String) throws(Failure) { try write(Array(text.utf8)) }

    /// - Parameter mode: of a file that is new, less what the umask takes away; one that is there keeps its own.
    package func write(_ text: [UInt8], mode: mode_t = 0o666) throws(Failure) {
        var info = stat()
        var kept: mode_t?
        if stat(path, &info) == 0 {
            kept = info.st_mode & 0o7777
            switch info.st_mode & S_IFMT {
            case S_IFREG: break
            case S_IFDIR: throw Failure(EISDIR)
            default: return try writeThrough(text)
            }
        }
        // The target of a link is replaced, not the link.
        let place = realpath(path, nil)
        defer { free(place) }
        let path = place.map { String(cString: $0) } ?? path
        // By its number, a process that was killed would stand in the way of the next one that has it.
        let draft = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36)).new"
        // Never somebody else's file, and nobody's link.
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Failure(errno) }
        do throws(Failure) {
            try Self.put(text, to: descriptor)
            if let kept { fchmod(descriptor, kept) }
            guard !isDurable || fsync(descriptor) == 0 else { throw Failure(errno) }
        } catch {
            close(descriptor)
            unlink(draft)
            throw error
        }
        guard close(descriptor) == 0, rename(draft, path) == 0 else {
            let failure = Failure(errno)
            unlink(draft)
            throw failure
        }
    }

    private func writeThrough(_ text: [UInt8]) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(errno) }
        defer { close(descriptor) }
        // Only the opening of a pipe that nobody reads was not to wait; a slow reader is waited for.
        guard fcntl(descriptor, F_SETFL, 0) == 0 else { throw Failure(errno) }
        try Self.put(text, to: descriptor)
    }

    private static func put(_ text: [UInt8], to descriptor: Int32) throws(Failure) {
        var bytes = text[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 { bytes = bytes.dropFirst(count) } else if errno != EINTR { throw Failure(errno) }
        }
    }
}
