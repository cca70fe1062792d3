/// A moment on the engine's clock, as `since` takes it: seconds and nanoseconds since 1970.
public struct EngineTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var nanoseconds: Int

    public init(nanoseconds: Int) {
        self.nanoseconds = nanoseconds
    }

    /// Reads RFC 3339 with up to nine decimals, `Z` or an offset; nil for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            return bytes[range].reduce(0 as Int?) { sum, byte in
                guard let sum, (0x30...0x39).contains(byte) else { return nil }
                return sum * 10 + Int(byte - 0x30)
            }
        }
        guard bytes.count >= 20, bytes[4] == 0x2d, bytes[7] == 0x2d, bytes[13] == 0x3a, bytes[16] == 0x3a,
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month)
        else { return nil }
        var at = 19
        var fraction = 0
        if bytes[at] == 0x2e {
            let digits = bytes[(at + 1)...].prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty, digits.count <= 9, let value = number(at + 1..<at + 1 + digits.count) else { return nil }
            fraction = (digits.count..<9).reduce(value) { sum, _ in sum * 10 }
            at += 1 + digits.count
        }
        guard at < bytes.count else { return nil }
        var offset = 0
        if bytes[at] == 0x2b || bytes[at] == 0x2d {
            guard bytes.count == at + 6, let hours = number(at + 1..<at + 3), let minutes = number(at + 4..<at + 6) else { return nil }
            offset = (hours * 60 + minutes) * (bytes[at] == 0x2b ? 60 : -60)
        } else {
            guard bytes[at] == 0x5a, bytes.count == at + 1 else { return nil }
        }
        // Year 1 stands for "never" and lies outside what nanoseconds in 64 bits can tell.
        guard (1970...2200).contains(year) else { return nil }
        let seconds = Self.days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
        nanoseconds = seconds * 1_000_000_000 + fraction
    }

    /// Days since 1970-01-01 in the Gregorian calendar (H. Hinnant, days_from_civil).
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
    }

    /// `seconds.nanoseconds`; nothing was before 1970.
    public var description: String {
        let nanoseconds = max(0, nanoseconds)
        let fraction = String(nanoseconds % 1_000_000_000)
        return "\(nanoseconds / 1_000_000_000)." + String(repeating: "0", count: 9 - fraction.count) + fraction
    }

    public static func < (left: EngineTime, right: EngineTime) -> Bool { left.nanoseconds < right.nanoseconds }
}
