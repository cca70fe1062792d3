/// What became of a command that was run in a container.
public struct CommandEnd: Sendable, Equatable {
    /// The command's own exit code.
    public var code: Int32
    /// What could not be cleared away once it had ended, and who will; `nil` as a rule.
    public var leftover: String?
}
