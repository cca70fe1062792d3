import Files
import Glibc

/// A directory of its own for one test, which goes with the value, whatever is in it.
public final class TemporaryDirectory: Sendable {
    public let path: String

    /// - Parameter name: whose it is, for people.
    public init(_ name: String, in parent: String = "/tmp") {
        var template = Array("\(parent)/miniboss-\(name).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("no directory for a test: \(String(cString: strerror(errno)))") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// What a directory holds; nothing where there is none.
    public static func names(in directory: String) -> Set<String> {
        Set((try? directoryNames(directory)) ?? [])
    }

    private static func remove(_ path: String) {
        var found = stat()
        guard lstat(path, &found) == 0 else { return }
        if found.st_mode & S_IFMT == S_IFDIR {
            // A test may have made it read-only.
            chmod(path, 0o700)
            for name in names(in: path) { remove(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
