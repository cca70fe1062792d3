extension RunClock {
    /// The pieces a long wait is made of, in seconds.
    private static let slice = 0.25

    /// Waits until this process has been able to work for so many seconds.
    ///
    /// A stopped process (^Z, SIGSTOP) wakes with every timer overdue at once. A deadline must not count that time: nobody was
    /// asked anything meanwhile. So the wait is made of pieces, none of which counts for more than twice its length.
    func sleepAwake(_ seconds: Double) async throws {
        var left = seconds
        while left > 0 {
            let piece = min(left, Self.slice)
            let start = monotonic()
            try await sleep(piece)
            left -= min(max(self.seconds(since: start), piece), 2 * piece)
        }
    }
}
