import Glibc
import Orchestrator

/// The moment `--since` means, as the ledger spells moments.
struct SinceMoment: Equatable {
    /// RFC 3339 in UTC with nanoseconds; compares as text.
    var text: String

    static let forms = "2h, 90m, 3d, 1w, today, yesterday, 2025-11-24, 2025-11-24T14:02 or 2025-11-24T13:02:00Z"

    /// Reads what the user wrote.
    ///
    /// - Parameters:
    ///   - now: Unix seconds.
    ///   - epoch: Unix seconds of a moment on the clock of the reader.
    /// - Throws: `OperationError` with `.usage` that lists the forms.
    init(_ written: String, now: Int, epoch: (CivilTime, _ second: Int) -> Int = SinceMoment.localEpoch) throws(OperationError) {
        let word = written.lowercased()
        let today = CivilTime(local: now)
        func midnight(daysAgo: Int) -> Int {
            // mktime(3) takes a day of the month that lies before the first.
            epoch(CivilTime(year: today.year, month: today.month, day: today.day - daysAgo, hour: 0, minute: 0), 0)
        }
        if word == "today" {
            self.init(epoch: midnight(daysAgo: 0))
        } else if word == "yesterday" {
            self.init(epoch: midnight(daysAgo: 1))
        } else if let seconds = Self.duration(word) {
            self.init(epoch: now - seconds)
        } else if let seconds = Self.moment(word, epoch) {
            self.init(epoch: seconds)
        } else {
            throw OperationError(.usage, "--since: \"\(written)\" is no moment", next: "It takes \(Self.forms).")
        }
    }

    private init(epoch: Int) {
        let days = Int((Double(epoch) / 86_400).rounded(.down))
        let second = epoch - days * 86_400
        let date = CivilTime(dayNumber: days)
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let clock = [second / 3600, second / 60 % 60, second % 60].map { padded($0, 2) }.joined(separator: ":")
        text = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(clock).000000000Z"
    }

    /// `2h`, `1h30m`; `nil` for anything else.
    private static func duration(_ word: String) -> Int? {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        var total = 0
        var digits = ""
        for character in word {
            if ("0"..."9").contains(character) {
                digits.append(character)
            } else {
                // A hundred years are enough; more would only overflow.
                guard let unit = units[character], let count = Int(digits), count <= 3_153_600_000 / unit else { return nil }
                total += count * unit
                digits = ""
            }
        }
        return digits.isEmpty && !word.isEmpty ? total : nil
    }

    /// `2025-11-24`, with a time after a `t` or a blank, and with an offset or without one, which means the reader's own clock.
    private static func moment(_ word: String, _ epoch: (CivilTime, Int) -> Int) -> Int? {
        let parts = word.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "t" || $0 == " " }
        let date = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard date.count == 3, date[0].count == 4, let year = number(date[0], 1970...9999), let month = number(date[1], 1...12),
            let day = number(date[2], 1...days(in: month, of: year))
        else { return nil }
        guard parts.count == 2 else { return epoch(CivilTime(year: year, month: month, day: day, hour: 0, minute: 0), 0) }
        var clock = parts[1]
        var offset: Int?
        if clock.last == "z" {
            clock.removeLast()
            offset = 0
        } else if let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            let zone = clock[clock.index(after: sign)...].split(separator: ":", omittingEmptySubsequences: false)
            guard zone.count == 2, let hours = number(zone[0], 0...23), let minutes = number(zone[1], 0...59) else { return nil }
            offset = (hours * 3600 + minutes * 60) * (clock[sign] == "-" ? -1 : 1)
            clock = clock[..<sign]
        }
        let fields = clock.split(separator: ":", omittingEmptySubsequences: false)
        // Fractions of a second are cut: runs are not that close.
        let second = fields.count == 3 ? number(fields[2].prefix { $0 != "." }, 0...60) : 0
        guard (2...3).contains(fields.count), let hour = number(fields[0], 0...23), let minute = number(fields[1], 0...59), let second
        else { return nil }
        let moment = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute)
        return offset.map { moment.epoch + second - $0 } ?? epoch(moment, second)
    }

    private static func number(_ text: some StringProtocol, _ range: ClosedRange<Int>) -> Int? {
        guard !text.isEmpty, text.count <= 4, text.allSatisfy({ ("0"..."9").contains($0) }), let value = Int(text) else { return nil }
        return range.contains(value) ? value : nil
    }

    private static func days(in month: Int, of year: Int) -> Int {
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        func first(_ year: Int, _ month: Int) -> Int { CivilTime(year: year, month: month, day: 1, hour: 0, minute: 0).dayNumber }
        return first(next.0, next.1) - first(year, month)
    }

    /// By the time zone of this process (mktime(3)).
    static func localEpoch(_ moment: CivilTime, _ second: Int) -> Int {
        var parts = tm()
        parts.tm_year = Int32(moment.year - 1900)
        parts.tm_mon = Int32(moment.month - 1)
        parts.tm_mday = Int32(moment.day)
        parts.tm_hour = Int32(moment.hour)
        parts.tm_min = Int32(moment.minute)
        parts.tm_sec = Int32(second)
        parts.tm_isdst = -1
        return mktime(&parts)
    }
}
