/// A container image reference, split as Docker does.
///
/// Follows the distribution reference grammar: `[domain/]path[:tag][@digest]`.
public struct ImageReference: Sendable, Equatable, CustomStringConvertible {
    /// Repository as people write it, without Docker Hub's implied `docker.io/library/`.
    public let repository: String
    public let tag: String?
    public let digest: String?
    /// The registry's name as `docker login` takes it; `nil` for Docker Hub.
    public let registry: String?

    /// - Throws: `ImageReferenceError` for an empty or malformed reference.
    public init(_ text: String) throws(ImageReferenceError) {
        guard !text.isEmpty else { throw ImageReferenceError(reference: text, reason: "it is empty") }
        var rest = Substring(text)
        var digest: String?
        if let at = rest.utf8.firstIndex(of: UInt8(ascii: "@")) {
            let after = rest[rest.utf8.index(after: at)...]
            guard after.contains(":"), !after.hasSuffix(":") else {
                throw ImageReferenceError(reference: text, reason: "its digest is not of the form algorithm:hex")
            }
            digest = String(after)
            rest = rest[..<at]
        }
        var tag: String?
        let lastSlash = rest.utf8.lastIndex(of: UInt8(ascii: "/")) ?? rest.startIndex
        if let colon = rest[lastSlash...].utf8.firstIndex(of: UInt8(ascii: ":")) {
            let after = rest[rest.utf8.index(after: colon)...]
            guard !after.isEmpty, after.utf8.count <= 128, after.utf8.allSatisfy({ $0.isLowercaseOrDigit || $0.isUppercase || $0.isMark })
            else { throw ImageReferenceError(reference: text, reason: "its tag is empty or has a character a tag can't have") }
            tag = String(after)
            rest = rest[..<colon]
        }
        var components = rest.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
            rest[$0.startIndex..<$0.endIndex]
        }
        guard !components.contains(where: \.isEmpty) else {
            throw ImageReferenceError(reference: text, reason: "a part of its path is empty")
        }
        let hasDomain = components.count > 1 && (components[0].contains(".") || components[0].contains(":") || components[0] == "localhost")
        for path in hasDomain ? components.dropFirst() : components[...] {
            guard path.utf8.allSatisfy({ $0.isLowercaseOrDigit || $0.isMark }) else {
                throw ImageReferenceError(reference: text, reason: "repository names are lower case letters, digits and . _ -")
            }
        }
        let isOnHub = !hasDomain || components[0] == "docker.io" || components[0] == "index.docker.io"
        registry = isOnHub ? nil : String(components[0])
        if hasDomain, isOnHub { components.removeFirst() }
        if isOnHub, components.count == 2, components[0] == "library" { components.removeFirst() }
        self.repository = components.joined(separator: "/")
        self.tag = tag
        self.digest = digest
    }

    /// The tag that counts: the written one, else `latest`; none beside a digest.
    public var effectiveTag: String? { tag ?? (digest == nil ? "latest" : nil) }

    /// The form the engine lists: `repository:tag` or `repository@digest`; a digest wins over a tag.
    public var description: String {
        if let digest { return "\(repository)@\(digest)" }
        return "\(repository):\(effectiveTag ?? "latest")"
    }
}

/// Why text is not an image reference.
public struct ImageReferenceError: Error, Sendable, Equatable, CustomStringConvertible {
    public let reference: String
    public let reason: String

    public var description: String { "\"\(reference)\" is not an image reference: \(reason)" }
}
