import Glibc

/// A file that is replaced as a whole: a reader finds the old text or the new one, never half of it.
struct ReplacedFile {
    let path: String

    struct Failure: Error {
        /// The system's words.
        var reason: String

        fileprivate init(_ number: Int32) { reason = String(cString: strerror(number)) }
        fileprivate init(reason: String) { self.reason = reason }
    }

    /// Writes beside the file and renames; a device or a pipe, which can't be replaced, is written to.
    /// - Throws: `Failure`; the file is then as it was.
    func write(_ text: String) throws(Failure) {
        var info = stat()
        if stat(path, &info) == 0 {
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
        let draft = "\(path).\(getpid()).new"
        // Never somebody else's file, and nobody's link.
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Failure(errno) }
        do throws(Failure) {
            try Self.put(text, to: descriptor)
            guard fsync(descriptor) == 0 else { throw Failure(errno) }
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

    private func writeThrough(_ text: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(errno) }
        defer { close(descriptor) }
        try Self.put(text, to: descriptor)
    }

    private static func put(_ text: String, to descriptor: Int32) throws(Failure) {
        do { try TextStream(descriptor: descriptor).write(text) } catch {
            switch error {
            case .closed: throw Failure(EPIPE)
            case .system(let reason): throw Failure(reason: reason)
            }
        }
    }
}
