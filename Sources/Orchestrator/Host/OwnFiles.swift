import DockerClient
import Glibc
import Ledger

/// What miniboss itself keeps beside a definition: it is in no image and in no copy.
///
/// It changes with each run, so an image made of it would be another one at each start; it holds secrets; and to close any
/// descriptor of a database ends SQLite's locks on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
package struct OwnFiles: Sendable, Equatable {
    /// Where the ledger is, without symbolic links, and its name there.
    private let directory: String
    private let ledger: Substring

    init(_ location: LedgerLocation) {
        let (directory, name) = Self.split(location.path)
        self.directory = Self.resolved(directory)
        ledger = name
    }

    /// Whether the file or directory is one of them; what is in such a directory is not asked for.
    func contain(_ path: String) -> Bool {
        let (directory, name) = Self.split(path)
        if name == ".miniboss" || name == ".miniboss-context" { return true }
        guard name.hasPrefix(ledger) else { return false }
        let rest = name.dropFirst(ledger.count)
        // The lock and the key of a ledger that is elsewhere are in a directory beside it.
        return (rest.isEmpty || rest.hasPrefix("-") || rest == ".d") && Self.resolved(directory) == self.directory
    }

    /// - Throws: `.badRequest` where one of them, or what is in one, is asked for by its name.
    func refuse(_ path: String) throws(DockerError) {
        let real = Self.resolved(path)
        let (above, _) = Self.split(directory)
        let places = ["\(directory)/\(ledger).d"] + (above.hasSuffix("/.miniboss") ? [above] : [])
        guard contain(real) || places.contains(where: { real.hasPrefix($0 + "/") }) else { return }
        throw DockerError(
            .badRequest, message: "`\(path)` is miniboss's own and is not copied; `miniboss history --json` tells what is in it")
    }

    private static func split(_ path: String) -> (directory: String, name: Substring) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path[...]) }
        return (slash == path.startIndex ? "/" : String(path[..<slash]), path[path.index(after: slash)...])
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
