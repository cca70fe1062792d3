import DockerClient
import Files
import Glibc

/// Files of the host as tar entries, and back.
enum HostTree {
    /// The file or directory at `path`, called `name` in the archive; symbolic links are kept as such.
    static func read(_ path: String, as name: String, leavingOut own: OwnFiles) throws(DockerError) -> [TarEntry] {
        var info = stat()
        guard lstat(path, &info) == 0 else { throw failure(path) }
        let mode = Int(info.st_mode & 0o7777)
        let modified = info.st_mtim.tv_sec
        switch info.st_mode & S_IFMT {
        case S_IFDIR:
            var entries = [TarEntry(path: name, kind: .directory, mode: mode, modified: modified)]
            let children: [String]
            do throws(FileFault) { children = try directoryNames(path) } catch { throw failure(path, error.reason) }
            for child in children where !own.contain("\(path)/\(child)") {
                entries += try read("\(path)/\(child)", as: "\(name)/\(child)", leavingOut: own)
            }
            return entries
        case S_IFLNK:
            var target = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            let count = readlink(path, &target, Int(PATH_MAX))
            guard count > 0 else { throw failure(path) }
            let text = String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return [TarEntry(path: name, kind: .symbolicLink(target: text), mode: mode, modified: modified)]
        case S_IFREG: return [TarEntry(path: name, mode: mode, modified: modified, content: try content(of: path))]
        // Sockets, pipes and devices have nothing to copy.
        default: return []
        }
    }

    private static func content(of path: String) throws(DockerError) -> [UInt8] {
        do throws(FileFault) { return try fileBytes(path) } catch { throw failure(path, error.reason) }
    }

    /// Writes the entries of one file or directory as `path`, or into it when it is a directory already.
    static func write(_ entries: [TarEntry], to path: String) throws(DockerError) {
        var info = stat()
        let isInside = stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
        guard let root = entries.first?.path.split(separator: "/").first else { return }
        /// Where a member goes, as names below `path`; `nil` where a hostile archive would leave that.
        func relative(_ member: String) -> [String]? {
            let parts = member.split(separator: "/")
            return parts.contains("..") ? nil : ((isInside ? [root] : []) + parts.dropFirst()).map(String.init)
        }
        var modes: [(directory: String, mode: mode_t)] = []
        var files: Set<String> = []
        for entry in entries {
            guard let names = relative(entry.path) else { continue }
            try refuseLinks(on: names.dropLast(), below: path)
            let place = ([path] + names).joined(separator: "/")
            switch entry.kind {
            case .directory:
                guard mkdir(place, 0o700) == 0 || errno == EEXIST else { throw failure(place) }
                if !(isInside && names.isEmpty) { modes.append((place, mode_t(entry.mode & 0o7777))) }
            case .symbolicLink(let target):
                unlink(place)
                guard symlink(target, place) == 0 else { throw failure(place) }
            case .hardLink(let target):
                let first = relative(target).map { ([path] + $0).joined(separator: "/") } ?? target
                guard files.contains(first) else {
                    throw DockerError(.badRequest, message: "`\(place)` is a second name of `\(target)`, which is not among what is copied")
                }
                unlink(place)
                guard link(first, place) == 0 else { throw failure(place) }
            // Devices and pipes have nothing to copy.
            case .other: continue
            case .file:
                let descriptor = open(place, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | (names.isEmpty ? 0 : O_NOFOLLOW), 0o600)
                guard descriptor >= 0 else { throw failure(place) }
                try write(entry.content, to: descriptor, place)
                chmod(place, mode_t(entry.mode & 0o7777))
                files.insert(place)
            }
        }
        // Last: one that may not be written to could not be filled.
        for (directory, mode) in modes.reversed() { chmod(directory, mode) }
    }

    /// Writes all of it and closes the descriptor: only then is it known whether the disk had room.
    private static func write(_ content: [UInt8], to descriptor: Int32, _ place: String) throws(DockerError) {
        guard let file = fdopen(descriptor, "w") else {
            close(descriptor)
            throw failure(place)
        }
        let isWritten = fwrite(content, 1, content.count, file) == content.count
        guard fclose(file) == 0, isWritten else { throw failure(place) }
    }

    /// An archive can make a link and then write through it, out of the place it was asked into.
    private static func refuseLinks(on parts: ArraySlice<String>, below root: String) throws(DockerError) {
        var place = root
        var info = stat()
        for part in parts {
            place += "/" + part
            guard lstat(place, &info) == 0, info.st_mode & S_IFMT == S_IFLNK else { continue }
            throw DockerError(.badRequest, message: "`\(place)` is a symbolic link; nothing is written through it")
        }
    }

    private static func failure(_ path: String) -> DockerError { failure(path, String(cString: strerror(errno))) }

    private static func failure(_ path: String, _ reason: String) -> DockerError {
        DockerError(.badRequest, message: "`\(path)`: \(reason)")
    }
}
