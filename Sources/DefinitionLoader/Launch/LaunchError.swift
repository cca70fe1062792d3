/// Why the launcher ends instead of becoming another program.
public struct LaunchError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A code of `sysexits.h`, or 128 and the signal's number.
    public let exitCode: Int32
    /// What and where; empty when all has been said.
    public let message: String
    /// What to do next.
    public let next: String?

    public init(exitCode: Int32, _ message: String, next: String? = nil) {
        self.exitCode = exitCode
        self.message = message
        self.next = next
    }

    public var description: String { next.map { "\(message)\n  \($0)" } ?? message }

    /// The user, or a signal, ended it: nothing stands in for what was asked for.
    var isInterruption: Bool { exitCode > 128 }

    static let usage: Int32 = 64
    static let invalidDefinition: Int32 = 65
    static let noDefinition: Int32 = 66
    static let defect: Int32 = 70
}
