import Files
import Glibc

/// The walk through a context: one open file and one listing for each level of depth.
actor ContextWalk {
    private static let pieceSize = 64 << 10

    private let directory: String
    private let ignore: DockerIgnore
    private let leavesOut: @Sendable (String) -> Bool
    private let replaced: [String: [UInt8]]
    /// Paths still to visit, the next one last, each with what `.dockerignore` says of the directory it is in.
    private var pending: [(path: String, above: DockerIgnore.Verdict)]
    private var file: Int32 = -1
    private var path = ""
    private var size = 0
    private var left = 0
    private var ended = false

    init(directory: String, ignore: DockerIgnore, leavingOut leavesOut: @escaping @Sendable (String) -> Bool, replaced: [String: [UInt8]]) {
        self.directory = directory
        self.ignore = ignore
        self.leavesOut = leavesOut
        self.replaced = replaced
        pending = (replaced.keys.sorted(by: >) + [""]).map { ($0, DockerIgnore.Verdict()) }
    }

    deinit {
        if file >= 0 { close(file) }
    }

    func next() throws(DockerError) -> [UInt8]? {
        var piece: [UInt8] = []
        while piece.count < Self.pieceSize {
            if file >= 0 {
                try readFile(into: &piece)
            } else if let (path, above) = pending.popLast() {
                try visit(path, above, into: &piece)
            } else if !ended {
                ended = true
                piece += TarWriter.end
            } else {
                break
            }
        }
        return piece.isEmpty ? nil : piece
    }

    private func visit(_ path: String, _ above: DockerIgnore.Verdict, into piece: inout [UInt8]) throws(DockerError) {
        if let bytes = replaced[path] {
            piece += TarWriter.header(TarEntry(path: path, mode: 0o644, modified: 0), size: bytes.count)
            piece += bytes + TarWriter.padding(after: bytes.count)
            return
        }
        let full = path.isEmpty ? directory : directory + "/" + path
        if !path.isEmpty, leavesOut(full) { return }
        var status = stat()
        let verdict = path.isEmpty ? above : ignore.verdict(on: path, below: above)
        let ignored = verdict.isIgnored
        guard (path.isEmpty ? stat(full, &status) : lstat(full, &status)) == 0 else {
            // Of a file that stays out nobody has to know more.
            if ignored { return }
            throw failure(full)
        }
        var entry = TarEntry(path: path, mode: Int(status.st_mode & 0o7777), modified: Int(status.st_mtim.tv_sec))
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            if ignored, ignore.prunes(path) { return }
            let names = try names(of: full).sorted(by: >).map { path.isEmpty ? $0 : path + "/" + $0 }
            pending += names.filter { replaced[$0] == nil }.map { ($0, verdict) }
            entry.kind = .directory
            if !ignored, !path.isEmpty { piece += TarWriter.header(entry, size: 0) }
        case S_IFLNK where !ignored:
            entry.kind = .symbolicLink(target: try target(of: full))
            piece += TarWriter.header(entry, size: 0)
        case S_IFREG where !ignored:
            file = open(full, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            guard file >= 0 else { throw failure(full) }
            // The size belongs to the file that was opened, whatever the name means by now.
            guard fstat(file, &status) == 0 else { throw failure(full) }
            self.path = full
            size = Int(status.st_size)
            left = size
            piece += TarWriter.header(entry, size: size)
            if left == 0 { closeFile() }
        default: break
        }
    }

    private func readFile(into piece: inout [UInt8]) throws(DockerError) {
        let wanted = min(left, Self.pieceSize)
        let start = piece.count
        piece += [UInt8](repeating: 0, count: wanted)
        let count = piece.withUnsafeMutableBytes { read(file, $0.baseAddress?.advanced(by: start), wanted) }
        if count < 0, errno == EINTR {
            piece.removeLast(wanted)
            return
        }
        guard count >= 0 else { throw failure(path) }
        guard count > 0 else { throw DockerError(.badRequest, message: "`\(path)` became shorter while it was sent") }
        piece.removeLast(wanted - count)
        left -= count
        if left == 0 {
            piece += TarWriter.padding(after: size)
            closeFile()
        }
    }

    private func closeFile() {
        close(file)
        file = -1
    }

    private func names(of directory: String) throws(DockerError) -> [String] {
        do throws(FileFault) { return try directoryNames(directory) } catch {
            throw DockerError(.badRequest, message: "`\(directory)` cannot be read: \(error.reason)")
        }
    }

    private func target(of link: String) throws(DockerError) -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { room in
            room.withMemoryRebound(to: CChar.self) { text in text.baseAddress.map { readlink(link, $0, text.count) } ?? -1 }
        }
        guard count >= 0 else { throw failure(link) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    private func failure(_ path: String) -> DockerError {
        let isRepaired = errno == ENOENT && path.unicodeScalars.contains("\u{FFFD}")
        guard !isRepaired else {
            return DockerError(.badRequest, message: "`\(path)` has a name that is not UTF-8: rename it, or name it in .dockerignore")
        }
        return DockerError(.badRequest, message: "`\(path)` cannot be read: \(String(cString: strerror(errno)))")
    }
}
