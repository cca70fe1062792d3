import Orchestrator
import Testing

@testable import Commands

@Suite("Since") struct SinceTests {
    /// 2025-11-24T13:02:07Z, read by someone whose clock is two hours ahead of UTC.
    private let now = 1_763_989_327
    private func since(_ text: String) throws -> String {
        try SinceMoment(text, now: now) { moment, second in moment.epoch + second - 7200 }.text
    }

    @Test(
        "history --since takes durations, days, dates and moments",
        arguments: [
            ("2h", "2025-11-24T11:02:07"), ("1h30m", "2025-11-24T11:32:07"), ("45s", "2025-11-24T13:01:22"), ("3d", "2025-11-21T13:02:07"),
            ("1w", "2025-11-17T13:02:07"), ("2025-11-24", "2025-11-23T22:00:00"), ("2024-02-29", "2024-02-28T22:00:00"),
            ("2025-11-24T14:02", "2025-11-24T12:02:00"), ("2025-11-24 14:02:09", "2025-11-24T12:02:09"),
            ("2025-11-24T14:02:00Z", "2025-11-24T14:02:00"), ("2025-11-24T14:02:00.123456789Z", "2025-11-24T14:02:00"),
            ("2025-11-24T14:02:00+05:30", "2025-11-24T08:32:00"), ("2025-12-31T23:00:00-02:00", "2026-01-01T01:00:00"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00"),
        ])
    func moments(text: String, expected: String) throws {
        #expect(try since(text) == expected + ".000000000Z")
    }

    @Test("today and yesterday begin at midnight of the reader, a day apart") func days() throws {
        let today = try since("today")
        let yesterday = try since("Yesterday")
        #expect(today.hasSuffix("T22:00:00.000000000Z") && yesterday.hasSuffix("T22:00:00.000000000Z"))
        #expect(yesterday < today)
    }

    @Test(
        "what is no moment is a usage error that lists the forms",
        arguments: [
            "", "h", "2", "2x", "2h3", "soon", "2025-13-01", "2025-02-30", "2025-11-24T25:00", "24-11-2025", "99999999999999999999d",
        ])
    func nonsense(text: String) {
        let error = #expect(throws: OperationError.self) { try since(text) }
        #expect(error?.exitCode == 64 && error?.next?.contains("yesterday") == true)
    }

    @Test("the days of a calendar and their numbers are each other's inverse") func dayNumbers() {
        for day in stride(from: -800_000, through: 800_000, by: 997) { #expect(CivilTime(dayNumber: day).dayNumber == day) }
    }
}
