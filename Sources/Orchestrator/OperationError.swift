import Reconciler

/// Why an operation could not be done as a whole: what, where, what next, and the exit code that says so.
public struct OperationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The classes of failure; raw values are the contract's exit codes.
    public enum Code: Int32, Sendable {
        case failed = 1
        case usage = 64
        case definition = 65
        case noDefinition = 66
        case engine = 69
        case defect = 70
        case ledger = 74
        case busy = 75
        /// Of a command in a container, as a shell has it: found, but not to be executed.
        case notExecutable = 126
        /// Of a command in a container, as a shell has it.
        case commandNotFound = 127
    }

    public let code: Code
    /// What went wrong, and where.
    public private(set) var message: String
    /// What to do about it.
    public private(set) var next: String?
    /// The run that the ledger has of it; `nil` where none began.
    public private(set) var run: Int?

    public init(_ code: Code, _ message: String, next: String? = nil) {
        self.code = code
        self.message = message
        self.next = next
    }

    /// A choice of services that can't be carried out is a matter of usage.
    init(_ refusal: SelectionRefusal) { self.init(.usage, refusal.message, next: refusal.next) }

    /// The error as it may be shown.
    func concealed(by hide: Redaction) -> OperationError { mappingWords { hide($0) } }

    /// The same in other words.
    public func mappingWords(_ transform: (String) -> String) -> OperationError {
        var copy = self
        copy.message = transform(message)
        copy.next = next.map(transform)
        return copy
    }

    /// The same, of a run that was recorded.
    func of(run: Int) -> OperationError {
        var copy = self
        copy.run = run
        return copy
    }

    public var exitCode: Int32 { code.rawValue }
    public var description: String { next.map { "\(message)\n  \($0)" } ?? message }
}
