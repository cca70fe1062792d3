import Glibc

/// Something that a test waited for and that did not come about in its time.
public struct NeverHappened: Error, CustomStringConvertible {
    public let what: String
    public var description: String { "it never happened that \(what)" }
}

/// Looks again and again until something is so.
///
/// - Parameters:
///   - what: as in "the start is in the history".
///   - seconds: far more than it takes on the slowest machine.
/// - Throws: `NeverHappened` after that time: a test that hangs tells nothing.
public func eventually(_ what: String, within seconds: Int = 120, _ isSo: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try await !isSo() {
        guard .now < end else { throw NeverHappened(what: what) }
        try await Task.sleep(for: .milliseconds(10))
    }
}
