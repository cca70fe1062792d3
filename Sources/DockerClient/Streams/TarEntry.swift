/// A member of a tar archive.
public struct TarEntry: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case file
        case directory
        case symbolicLink(target: String)
        /// A second name of a member that came before.
        case hardLink(target: String)
        /// Devices and pipes, by their type flag.
        case other(UInt8)
    }

    /// Relative, with slashes, without a final one.
    public var path: String
    public var kind: Kind
    /// Permission bits, such as 0o644.
    public var mode: Int
    /// Seconds since 1970.
    public var modified: Int
    public var content: [UInt8]

    public init(path: String, kind: Kind = .file, mode: Int = 0o644, modified: Int = 0, content: [UInt8] = []) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.modified = modified
        self.content = content
    }
}
