import Files
import Glibc

/// A directory as a tar stream for `buildImage`, read piece by piece.
///
/// Names are sent in order, so equal directories give equal streams. Symbolic links are sent as such, sockets and pipes are
/// left out.
public struct BuildContext: Sendable {
    let directory: String
    let ignore: DockerIgnore
    private let leavesOut: @Sendable (String) -> Bool
    /// The Dockerfile's path within the archive.
    public let dockerfile: String
    /// What is in the archive in the place of the directory's own, by path.
    private var replaced: [String: [UInt8]] = [:]

    /// Reads the directory's `.dockerignore`.
    ///
    /// - Parameter dockerfile: path from the directory, or an absolute one. One outside of the directory is sent along, under a
    ///   name that `.dockerignore` then keeps out of the image, as `docker build -f` does.
    /// - Parameter leavesOut: gets the path of each file and directory; what it says true of is not even opened.
    /// - Throws: `.badRequest` when the directory or the Dockerfile is missing, or `.dockerignore` is malformed.
    public init(
        directory: String, dockerfile: String = "Dockerfile", leavingOut leavesOut: @escaping @Sendable (String) -> Bool = { _ in false }
    ) throws(DockerError) {
        var status = stat()
        guard stat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw DockerError(.badRequest, message: "the build context `\(directory)` is no directory")
        }
        let place = dockerfile.hasPrefix("/") ? dockerfile : directory + "/" + dockerfile
        guard fileExists(place) else {
            throw DockerError(
                .badRequest,
                message: dockerfile.hasPrefix("/") ? "there is no `\(place)`" : "the build context `\(directory)` has no `\(dockerfile)`")
        }
        self.directory = directory
        self.leavesOut = leavesOut
        let inside = Self.inside(place, directory)
        self.dockerfile = inside ?? Self.sentAlong
        let path = directory + "/.dockerignore"
        var text = ""
        if fileExists(path) { text = String(decoding: try Self.read(path), as: UTF8.self) }
        ignore = try DockerIgnore(text, dockerfile: self.dockerfile)
        guard inside == nil else { return }
        replaced[Self.sentAlong] = try Self.read(place)
        let own = text.isEmpty ? [".dockerignore"] : [text]
        replaced[".dockerignore"] = Array((own + [Self.sentAlong]).joined(separator: "\n").utf8) + [UInt8(ascii: "\n")]
    }

    private static func read(_ path: String) throws(DockerError) -> [UInt8] {
        do throws(FileFault) { return try smallFile(path) } catch {
            throw DockerError(.badRequest, message: "`\(path)` cannot be read: \(error.reason)")
        }
    }

    private static let sentAlong = ".miniboss-dockerfile"

    /// The path within the directory; `nil` for one that leads out of it.
    private static func inside(_ path: String, _ directory: String) -> String? {
        let (path, directory) = (DockerIgnore.cleaned(path), DockerIgnore.cleaned(directory))
        if directory.isEmpty { return path }
        return path.hasPrefix(directory + "/") ? String(path.dropFirst(directory.count + 1)) : nil
    }

    /// The archive; each call begins anew.
    public func stream() -> ByteStream {
        let walk = ContextWalk(directory: directory, ignore: ignore, leavingOut: leavesOut, replaced: replaced)
        return ByteStream { () async throws(DockerError) in try await walk.next() }
    }
}
