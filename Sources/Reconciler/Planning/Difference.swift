/// One field that is not as defined; secrets are masked on both sides.
public struct Difference: Codable, Sendable, Equatable {
    /// `image`, `env.KEY`, `ports`, `volumes`, `entrypoint`, `cmd`, `user`, `stop_signal`, `network`.
    public var field: String
    public var desired: String?
    public var actual: String?

    public init(field: String, desired: String?, actual: String?) {
        self.field = field
        self.desired = desired
        self.actual = actual
    }

    /// In words: `env.MODE "one" → "two"`; of a long value its beginning, so that it hides no other difference. Only of what is
    /// concealed: a cut would leave a part of a secret that nobody finds any more.
    public var words: String {
        let (actual, desired) = (actual.map { cutText($0, to: 200) }, desired.map { cutText($0, to: 200) })
        return switch (actual, desired) {
        case (nil, nil): field
        case (let actual?, nil): "\(field) \"\(actual)\" → unset"
        case (nil, let desired?): "\(field) unset → \"\(desired)\""
        // Only what is concealed, or was cut, looks the same on both sides.
        case (let actual?, let desired?): "\(field) \"\(actual)\" → \"\(desired)\"\(actual == desired ? " (another one)" : "")"
        }
    }
}
