import Glibc

/// Where time, waiting and randomness come from, so that a simulation can bring its own.
public struct RunClock: Sendable {
    /// RFC 3339, UTC, nanoseconds; shown only.
    public var now: @Sendable () -> String
    /// Nanoseconds that never step back, and stand still while the machine sleeps: an hour of sleep is no second of work.
    public var monotonic: @Sendable () -> Int64
    /// Waits so many seconds, or throws when cancelled.
    public var sleep: @Sendable (Double) async throws -> Void
    /// A fresh identifier of 16 hex digits.
    public var identifier: @Sendable () -> String

    public init(
        now: @escaping @Sendable () -> String, monotonic: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (Double) async throws -> Void, identifier: @escaping @Sendable () -> String
    ) {
        self.now = now
        self.monotonic = monotonic
        self.sleep = sleep
        self.identifier = identifier
    }

    /// The machine's own.
    public static let system = RunClock(
        now: { timestamp() },
        monotonic: {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        },
        sleep: { seconds in try await Task.sleep(nanoseconds: UInt64(max(0, seconds) * 1e9)) },
        identifier: {
            let number = UInt64.random(in: .min ... .max)
            let hex = String(number, radix: 16)
            return String(repeating: "0", count: 16 - hex.count) + hex
        })

    var moment: Moment { Moment(at: now(), monoNs: monotonic()) }

    func seconds(since start: Int64) -> Double { Double(monotonic() - start) / 1e9 }
}

/// A moment as the ledger keeps it.
struct Moment: Sendable, Codable {
    var at: String
    var monoNs: Int64
}

private func timestamp() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    var parts = tm()
    gmtime_r(&time.tv_sec, &parts)
    func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let day = "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
    let clock = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
    return "\(day)T\(clock).\(padded(time.tv_nsec, 9))Z"
}
