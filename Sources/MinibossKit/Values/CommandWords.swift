/// What `entrypoint` and `cmd` can be written as: `"sh -c 'sleep 1'"`, or `["sh", "-c", "sleep 1"]`.
public protocol CommandConvertible: Sendable {
    var commandText: CommandText { get }
}

/// A command as it was written; split into words when the group is checked.
public enum CommandText: Sendable, Equatable {
    /// The image's own.
    case imageDefault
    /// Split as a shell would: blanks part words, quotes and backslashes keep them together.
    case line(String)
    case words([String])
}

extension String: CommandConvertible {
    public var commandText: CommandText { .line(self) }
}

extension Array: CommandConvertible where Element == String {
    public var commandText: CommandText { .words(self) }
}

extension Optional: CommandConvertible where Wrapped: CommandConvertible {
    public var commandText: CommandText { self?.commandText ?? .imageDefault }
}
