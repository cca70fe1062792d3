/// A version of the Engine API, `major.minor`.
public struct APIVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let major: Int
    public let minor: Int

    /// The oldest version this client speaks: engine 19.03, and what engine 29.3 accepts at least.
    public static let oldest = APIVersion(1, 40)
    /// The newest version this client knows: engine 29.0.
    public static let newest = APIVersion(1, 52)

    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `1.41`, also `v1.41`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let digits = text.hasPrefix("v") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]), major >= 0, minor >= 0 else { return nil }
        self.init(major, minor)
    }

    public var description: String { "\(major).\(minor)" }

    public static func < (left: APIVersion, right: APIVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    /// The version to speak with an engine whose newest is `engine`; nil when there is none.
    public static func negotiated(with engine: APIVersion) -> APIVersion? {
        engine < oldest ? nil : min(engine, newest)
    }

    /// The bound an engine names when it refuses our version with 400, so that the call can be made once more.
    ///
    /// "client version 1.40 is too old. Minimum supported API version is 1.44, …" and "client version 1.52 is too new.
    /// Maximum supported API version is 1.41" (moby, api/server/middleware/version.go).
    static func bound(inRefusal message: String) -> APIVersion? {
        for marker in ["inimum supported API version is ", "aximum supported API version is "] {
            guard let range = message.firstRange(of: marker) else { continue }
            let text = message[range.upperBound...].prefix { $0.isWholeNumber || $0 == "." }
            return APIVersion(text.last == "." ? text.dropLast() : text)
        }
        return nil
    }
}
