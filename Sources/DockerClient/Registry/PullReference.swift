/// An image reference taken apart: `registry/repository:tag@digest`.
public struct PullReference: Sendable, Equatable, CustomStringConvertible {
    /// With the registry, as the user wrote it: `localhost:5000/team/app`.
    public let repository: String
    public let tag: String?
    public let digest: String?

    /// Splits without normalising; nil for an empty repository, tag or digest.
    public init?(_ text: String) {
        var name = text[...]
        var digest: Substring?
        if let at = name.firstIndex(of: "@") {
            digest = name[name.index(after: at)...]
            name = name[..<at]
        }
        var tag: Substring?
        // A colon before the last slash is a port.
        if let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") {
            tag = name[name.index(after: colon)...]
            name = name[..<colon]
        }
        guard !name.isEmpty, tag?.isEmpty != true, digest?.isEmpty != true else { return nil }
        repository = String(name)
        self.tag = tag.map(String.init)
        self.digest = digest.map(String.init)
    }

    /// What the engine's `tag` parameter takes; without one it would pull every tag of the repository.
    public var tagOrDigest: String { digest ?? tag ?? "latest" }

    /// The registry's host, `docker.io` when none is written.
    public var registry: String {
        guard let slash = repository.firstIndex(of: "/") else { return "docker.io" }
        let first = repository[..<slash]
        return first.contains(".") || first.contains(":") || first == "localhost" ? String(first) : "docker.io"
    }

    public var description: String {
        repository + (tag.map { ":" + $0 } ?? "") + (digest.map { "@" + $0 } ?? "")
    }
}
