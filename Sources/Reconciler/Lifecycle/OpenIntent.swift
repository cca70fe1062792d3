/// A step that was meant and has no outcome yet.
public struct OpenIntent: Sendable, Equatable, Codable {
    public let operation: String
    public let run: Int
    public let service: String?
    public let intent: StepIntended
    /// The engine that was asked, as far as it is known.
    public let engineID: String?
}
