import DockerClient

/// When a registry that answers 429 is asked again: after 1 s, 2, 4 and so on up to 30, as long as the service's deadline allows.
struct PullBackOff {
    /// Seconds from the first pull until it is given up.
    let deadline: Double
    private var pause = 1.0

    init(deadline: Double) { self.deadline = deadline }

    /// Seconds to wait before the next pull; `nil` where waiting is of no use: for another refusal, behind the deadline, and for a
    /// quota of pulls, which is counted in hours.
    mutating func pause(after error: DockerError, elapsed: Double) -> Double? {
        guard error.isRateLimited, !error.isQuotaSpent, elapsed + pause < deadline else { return nil }
        defer { pause = min(pause * 2, 30) }
        return pause
    }
}
