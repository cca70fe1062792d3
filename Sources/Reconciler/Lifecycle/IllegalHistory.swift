/// The ledger tells of something that can't have happened.
public struct IllegalHistory: Error, Sendable, Equatable, CustomStringConvertible {
    public let seq: Int
    public let service: String
    public let transition: IllegalTransition

    public var description: String { "event \(seq) of service \"\(service)\": \(transition)" }
}
